import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendProblem } from '../../platform/http/problems.ts';

/**
 * Serves the built screens. Hashed files may be kept for ever; `index.html` never. Any other path that a browser opens
 * is a screen of the one-page application; what asks for data and does not exist is a 404 problem.
 */
export const serveScreens = async (fastify: FastifyInstance, folder: string): Promise<void> => {
  // Before the first build there is no folder, and the library warns of it. One that cannot be made is told by the build.
  await mkdir(folder, { recursive: true }).catch(() => undefined);
  await fastify.register(fastifyStatic, {
    root: folder,
    wildcard: true,
    index: false,
    preCompressed: true,
    setHeaders: (reply, path) => {
      const hashed = path.includes('/assets/');
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // What is no route of the API is no file either: a name that no file system takes would be "Forbidden" there.
  fastify.get('/api/*', (_request, reply) => reply.callNotFound());
  fastify.get('/', async (_request, reply) => screen(reply));
  fastify.setNotFoundHandler(async (request, reply) => {
    const wantsScreen =
      request.method === 'GET' &&
      !request.url.startsWith('/api/') &&
      (request.headers.accept ?? '').includes('text/html');
    if (wantsScreen) return screen(reply);
    return sendProblem(request, reply, {
      status: 404,
      code: 'http.not-found',
      title: 'There is nothing at this address',
      detail: `${request.method} ${request.url.split('?')[0]}`,
    });
  });

  function screen(reply: FastifyReply) {
    if (!existsSync(join(folder, 'index.html'))) {
      return reply
        .code(503)
        .header('retry-after', '2')
        .type('text/plain')
        .send(
          'The screens are being built; this page will answer in a few seconds. Run `npm run build:web` if it does not.',
        );
    }
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  }
};
