import type { AlertingGround } from '../ground.ts';
import type { Integrations } from '../integrations/integrations.ts';

/**
 * Senders of CloudEvents ask before they send whether they may (`OPTIONS` with `WebHook-Request-Origin`; Azure Event Grid delivers
 * nothing without it). Whoever shows a key of such an integration may, at any rate.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md, section 4
 */
export const addHandshake = (
  { http }: Pick<AlertingGround, 'http'>,
  integrations: Pick<Integrations, 'integrationByKey' | 'unknownKey'>,
): void => {
  http.fastify.options('/intake/:key', async (request, reply) => {
    const { key } = request.params as { key: string };
    if (!(await integrations.integrationByKey(key, ['cloudevents', 'json'])))
      throw await integrations.unknownKey(request, true);
    const origin = request.headers['webhook-request-origin'];
    if (typeof origin === 'string' && /^[\x21-\x7e]{1,255}$/u.test(origin))
      reply.headers({ 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' });
    return reply.code(200).headers({ allow: 'POST, OPTIONS', 'cache-control': 'no-store' }).send();
  });
};
