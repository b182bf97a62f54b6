import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../../kernel/problem.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import type { CallbackRequest, CallbackTools } from './channels/channel.ts';
import type { ActiveProviders } from './providers/active.ts';
import type { Replies } from './replies.ts';
import { writeReceipt } from './store/receipts.ts';
import type { Db } from './store/tables.ts';
import { lastMessageTo, messageByKey } from './store/views.ts';

/** No provider reports more in one call. */
const bodyBytesMax = 256 * 1024;
/** Below the address that the provider was given: `…/callbacks/<provider>` and what the channel put behind it. */
export const callbacksPath = '/api/v1/delivery/callbacks';

export interface CallbackGround extends Pick<Ground, 'config' | 'log'> {
  readonly db: Db;
  readonly providers: () => ActiveProviders;
  readonly replies: Replies;
  /** Called when a receipt made something due. */
  readonly wake: () => void;
}

/**
 * Where providers report receipts and people's answers. Nobody signs in here: each channel checks its provider's signature over
 * the bytes as they came, so that the bodies are not parsed before.
 */
export const addCallbacks = async (fastify: FastifyInstance, ground: CallbackGround): Promise<void> => {
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytesMax }, (_request, body, done) =>
      done(null, body),
    );
    for (const url of [`${callbacksPath}/:provider`, `${callbacksPath}/:provider/*`]) {
      scope.route({
        method: ['GET', 'POST'],
        url,
        bodyLimit: bodyBytesMax,
        handler: async (request, reply) => {
          const { provider: name } = request.params as { provider: string };
          const active = ground.providers().byName(name);
          if (!active?.channel.callback) throw unknownCallback();
          const answer = await active.channel.callback(
            callbackRequest(request, name, ground.config.values.publicUrl),
            active.provider,
            toolsFor(ground, name),
          );
          return reply
            .code(answer.status)
            .header('content-type', answer.contentType)
            .header('cache-control', 'no-store')
            .send(answer.body);
        },
      });
    }
  });
};

/** The same for a provider that there is not and one that reports nothing. */
const unknownCallback = (): Refusal =>
  new Refusal({ status: 404, code: 'delivery.no-such-callback', title: 'Nothing is reported here' });

const callbackRequest = (request: FastifyRequest, provider: string, publicUrl: string | undefined): CallbackRequest => {
  const base = publicUrl?.replace(/\/$/, '') ?? `${request.protocol}://${request.host}`;
  const after = (request.params as { '*'?: string })['*'];
  const own = request.url.split('?', 1)[0]!.startsWith(`${callbacksPath}/${provider}`);
  return {
    method: request.method === 'GET' ? 'GET' : 'POST',
    url: own ? `${base}${request.url}` : base,
    path: after ?? '',
    query: Object.fromEntries(
      Object.entries(request.query as Record<string, unknown>).map(([name, value]) => [name, String(value)]),
    ),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    ),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  };
};

const toolsFor = (ground: CallbackGround, provider: string): CallbackTools => ({
  receipt: async ({ of, result, status = null, detail = null }) => {
    const written = await writeReceipt(ground.db, { provider, of, result, status, detail });
    if (written === 'written' && result === 'failed') ground.wake();
    return written !== 'unknown';
  },
  reply: (reply) => ground.replies.answer(reply),
  messageOf: (key) => messageByKey(ground.db, key),
  lastTo: (channel, address) => lastMessageTo(ground.db, channel, address),
});
