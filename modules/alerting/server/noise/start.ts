import * as contract from '../../contract/noise.ts';
import type { AlertingGround } from '../ground.ts';
import { reportNoise } from './report.ts';

/** The noise report. */
export const startNoise = (alerting: AlertingGround): void => {
  alerting.http.route(contract.noiseReport, ({ query: { days, team } }) =>
    reportNoise(alerting, { days, team: team ?? null }),
  );
};
