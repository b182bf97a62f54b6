import type { Ground } from '../../../platform/module/ground.ts';
import { getBudget, getObjective, listObjectives } from '../contract.ts';
import { budgetChart } from './views/chart.ts';
import { createOverview } from './views/list.ts';
import { reportOf } from './views/report.ts';

/** Puts the routes that read objectives on the HTTP ground; all numbers are computed from counts when they are asked for. */
export const addReportRoutes = (
  ground: Pick<Ground, 'http' | 'postgres' | 'clickhouse' | 'clock' | 'ledger'>,
): void => {
  const overview = createOverview(ground);
  ground.http.route(listObjectives, ({ query }) => overview.page(query));
  ground.http.route(getObjective, ({ params, query }) => reportOf(ground, params.name, query.at));
  ground.http.route(getBudget, ({ params, query }) => budgetChart(ground, params.name, query));
};
