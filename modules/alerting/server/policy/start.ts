import { alertingKinds, documentSchemaOf, getAlertingSchema } from '../../contract/document-schemas.ts';
import type { InForce } from '../engine/in-force.ts';
import type { AlertingGround } from '../ground.ts';
import { exportAlertmanager } from './alertmanager-config.ts';
import { addPolicyRoutes } from './http.ts';
import { policyInForce } from './in-force.ts';
import { forgetSilences } from './silence-store.ts';
import type { PolicyTables } from './tables.ts';

/** As long as alerts tell that a silence held them back, it can be looked up. */
const silencesDays = 400;

/** What alerts are judged by: its API, its housekeeping, how the engine asks for it, and how Alertmanager would write it. */
export const startPolicy = (
  alerting: AlertingGround,
): { readonly inForce: InForce; configuration(): Promise<string> } => {
  const inForce = policyInForce(alerting);
  for (const kind of alertingKinds) alerting.http.route(getAlertingSchema(kind), async () => documentSchemaOf(kind));
  addPolicyRoutes(alerting, { ...alerting, inForce });
  const db = alerting.postgres.tables<PolicyTables>();
  alerting.jobs.every('alerting.forget-silences', 86_400, () => forgetSilences(db, silencesDays));
  return { inForce, configuration: async () => (await exportAlertmanager(db)).config };
};
