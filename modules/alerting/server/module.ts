import { baseUrlOf } from '../../../platform/http/base-url.ts';
import type { ServerModule } from '../../../platform/module/ground.ts';
import type { AlertingDoors, AlertingGround } from './ground.ts';
import { accept } from './intake/accept.ts';
import { startIntegrations } from './integrations/start.ts';
import type { AlertingDoor } from './public.ts';
import { registerMail } from './mail-in/register-mail.ts';
import { registerAlertmanager } from './sources/alertmanager.ts';
import { registerOpsgenie } from './sources/opsgenie.ts';
import { registerPagerDuty } from './sources/pagerduty.ts';
import { registerWebhooks } from './sources/webhooks.ts';
import { startNoise } from './noise/start.ts';
import { startRules } from './rules/start.ts';
import { startAlerts } from './start-alerts.ts';
import { startPolicy } from './policy/start.ts';
import { startReactions } from './start-reactions.ts';

/** Alerts of every source: what becomes of each, who is told, and why. */
export const alertingModule: ServerModule<AlertingDoors, AlertingDoor> = {
  name: 'alerting',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, doors) => {
    const alerting: AlertingGround = { ...ground, ...doors, baseUrl: () => baseUrlOf(ground) };
    // Each part of alerting starts here, in this order: what alerts are judged by, where they come from, what becomes of them.
    await startReactions(alerting);
    const integrations = await startIntegrations(alerting);
    const { inForce, configuration } = startPolicy(alerting);
    registerPagerDuty(alerting, integrations);
    registerOpsgenie(alerting, integrations);
    registerAlertmanager({
      ...alerting,
      integrations,
      inForce,
      configuration,
      accept: (integration, incoming, options) => accept(alerting, integration, incoming, options),
    });
    const webhooks = registerWebhooks(alerting, integrations);
    registerMail(alerting, integrations);
    const engine = await startAlerts(alerting, inForce);
    const rules = startRules(alerting);
    startNoise(alerting);
    return {
      door: {},
      stop: async () => {
        await integrations.stop();
        await webhooks.stop();
        await rules.stop();
        await engine.stop();
      },
    };
  },
};
