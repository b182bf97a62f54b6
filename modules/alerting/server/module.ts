import { baseUrlOf } from '../../../platform/http/base-url.ts';
import type { ServerModule } from '../../../platform/module/ground.ts';
import { nothingInForce } from './engine/in-force.ts';
import type { AlertingDoors, AlertingGround } from './ground.ts';
import type { AlertingDoor } from './public.ts';
import { startAlerts } from './start-alerts.ts';
import { startReactions } from './start-reactions.ts';

/** Alerts of every source: what becomes of each, who is told, and why. */
export const alertingModule: ServerModule<AlertingDoors, AlertingDoor> = {
  name: 'alerting',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, doors) => {
    const alerting: AlertingGround = { ...ground, ...doors, baseUrl: () => baseUrlOf(ground) };
    // Each part of alerting starts here, in this order: what alerts are judged by, where they come from, what becomes of them.
    await startReactions(alerting);
    const engine = await startAlerts(alerting, nothingInForce);
    return { door: {}, stop: engine.stop };
  },
};
