import { answeredKinds, followPage } from './engine/answers.ts';
import { startEngine } from './engine/engine.ts';
import type { InForce } from './engine/in-force.ts';
import type { AlertingGround } from './ground.ts';
import { registerInbox } from './inbox/routes.ts';

/** The engine's own connections: a batch that waits for the disk never stands before a page that leaves. */
const engineConnections = 4;

/** What becomes of alerts: judged, grouped, told, answered. */
export const startAlerts = async (
  alerting: AlertingGround,
  inForce: InForce,
): Promise<{ wake(): void; stop(): Promise<void> }> => {
  registerInbox(alerting);
  alerting.ledger.react('alerting.answers', answeredKinds, (event) => followPage(alerting, event));
  if (!alerting.config.values.run.includes('worker')) return { wake: () => undefined, stop: async () => undefined };
  return startEngine({ ...alerting, postgres: alerting.postgres.reserve(engineConnections) }, inForce);
};
