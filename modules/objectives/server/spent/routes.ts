import type { Ground } from '../../../../platform/module/ground.ts';
import type { TelemetryDoor } from '../../../telemetry/server/public.ts';
import { getSpent, listMarks } from '../../contract/spent.ts';
import type { MarkSource } from './marks.ts';
import { marksOfObjective, spentOf, type SpentGround } from './spent.ts';

/** Puts the routes that say where a budget went on the HTTP ground; gives back how other modules hand in their marks. */
export const addSpentRoutes = (
  ground: Pick<Ground, 'http' | 'postgres' | 'clickhouse' | 'clock' | 'ledger' | 'config'>,
  history: TelemetryDoor['history'],
): { answerMarks(source: MarkSource): void } => {
  const sources: MarkSource[] = [];
  const { postgres, clickhouse, clock, ledger } = ground;
  const spent: SpentGround = {
    postgres,
    clickhouse,
    clock,
    ledger,
    history,
    sources,
    spansDays: ground.config.values.spansDays,
  };
  ground.http.route(getSpent, ({ params, query }) => spentOf(spent, params.name, query));
  ground.http.route(listMarks, async ({ params, query }) => ({
    items: await marksOfObjective(spent, params.name, query),
  }));
  return { answerMarks: (source) => void sources.push(source) };
};
