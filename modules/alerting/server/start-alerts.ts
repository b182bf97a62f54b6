import { answeredKinds, followPage } from './engine/answers.ts';
import { startEngine } from './engine/engine.ts';
import { forgetAlerts, forgetGroups } from './engine/retention-store.ts';
import type { InForce } from './engine/in-force.ts';
import type { AlertingGround } from './ground.ts';
import { registerInbox } from './inbox/routes.ts';
import type { AlertTables } from './intake/tables.ts';

/** The engine's own connections: a batch that waits for the disk never stands before a page that leaves. */
const engineConnections = 4;
/** So long are alerts kept after they were over, with every decision; as long as the messages of their pages. */
const alertsDays = 400;
const forgetBatch = 5_000;

/** What becomes of alerts: judged, grouped, told, answered. */
export const startAlerts = async (
  alerting: AlertingGround,
  inForce: InForce,
): Promise<{ wake(): void; stop(): Promise<void> }> => {
  registerInbox(alerting);
  alerting.ledger.react('alerting.answers', answeredKinds, (event) => followPage(alerting, event));
  alerting.jobs.every('alerting.forget-alerts', 3_600, () => forget(alerting));
  if (!alerting.config.values.run.includes('worker')) return { wake: () => undefined, stop: async () => undefined };
  return startEngine({ ...alerting, postgres: alerting.postgres.reserve(engineConnections, { byKey: true }) }, inForce);
};

/** In batches, so that no statement holds many rows for long. */
export const forget = async ({ postgres }: Pick<AlertingGround, 'postgres'>, days = alertsDays): Promise<void> => {
  const db = postgres.tables<AlertTables>();
  for (const one of [forgetAlerts, forgetGroups]) while ((await one(db, { days, limit: forgetBatch })) === forgetBatch);
};
