import type { FastifyRequest } from 'fastify';
import { atLeast } from '../../../../kernel/route.ts';
import { requireAccess } from '../../../../platform/http/access.ts';
import type { Actor, Http } from '../../../../platform/http/http.ts';
import type { Integration } from '../../domain/alert.ts';
import { keyOfAuthorization } from '../integrations/intake-route.ts';
import type { Integrations } from '../integrations/integrations.ts';
import { looksLikeKey } from '../integrations/key-text.ts';

/**
 * Who speaks to the Alertmanager API: a sender with the key of its integration, who sees and silences what came by it and nothing
 * else, or somebody with an API token, whose role decides.
 */
export type Caller =
  | { readonly kind: 'integration'; readonly integration: Integration }
  | { readonly kind: 'actor'; readonly actor: Actor };

export interface CallerGround {
  readonly http: Pick<Http, 'authenticate'>;
  readonly integrations: Pick<Integrations, 'integrationByKey' | 'unknownKey'>;
}

/** Key and token come as Bearer or as the password of Basic: `amtool` has nothing else. Throws the Refusal for who may not. */
export const callerOf = async (
  { http, integrations }: CallerGround,
  request: FastifyRequest,
  need: 'read' | 'send' | 'silence',
): Promise<Caller> => {
  const shown = keyOfAuthorization(request.headers.authorization, ['Bearer', 'Basic']);
  if (shown !== null && looksLikeKey(shown)) {
    const integration = await integrations.integrationByKey(shown, ['alertmanager']);
    if (integration) return { kind: 'integration', integration };
    throw await integrations.unknownKey(request, true);
  }
  const actor = await http.authenticate(request);
  // Whether somebody may silence, their teams have a say in: that is asked where the silence is made.
  requireAccess(atLeast(need === 'send' ? 'responder' : 'viewer'), actor, {});
  return { kind: 'actor', actor: actor! };
};
