import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { acknowledge, judge, resolve } from './answer.ts';
import { linkPage, type LinkPageShown } from './link-page.ts';
import type { LinkRead } from './links.ts';
import { hasPassed, notificationById, useLink } from './page-store.ts';
import { pageById } from './page-views.ts';
import type { PagesGround } from './pages-ground.ts';
import type { PagesTables } from './tables.ts';

const formBytesMax = 1_024;

/**
 * Links of messages: no sign-in, one purpose, until they expire. GET only shows what would be done (mail scanners open links), POST
 * does it, once; a second use says kindly how the page stands. Who guesses is slowed down by their address.
 */
export const addLinkRoutes = ({ http }: Ground, ground: PagesGround): void => {
  void http.fastify.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: formBytesMax },
      (_request, body, done) => done(null, body),
    );
    scope.get('/page/:token', (request, reply) => answer(request, reply, (link) => shown(ground, link)));
    scope.post('/page/:token', { bodyLimit: formBytesMax }, (request, reply) =>
      answer(request, reply, (link) => {
        const useful = judgementOf(request.body);
        return useful === null ? acted(ground, link) : judged(ground, link, useful);
      }),
    );
  });

  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: (link: LinkRead) => Promise<{ status: number; page: LinkPageShown }>,
  ): Promise<FastifyReply> => {
    const { status, page } = await read(ground, request, work);
    return reply
      .code(status)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow, noarchive',
      })
      .send(linkPage(page));
  };
};

type Shown = { status: number; page: LinkPageShown };

const read = async (
  ground: PagesGround,
  request: FastifyRequest,
  work: (link: LinkRead) => Promise<Shown>,
): Promise<Shown> => {
  const { token } = request.params as { token: string };
  const link = ground.links.read(token);
  try {
    if (!link) {
      await ground.doors.identity.linkSecrets.wrong(request);
      return { status: 404, page: { kind: 'unknown' } };
    }
    if (await hasPassed(ground.postgres.tables<PagesTables>(), link.expiresAt))
      return { status: 410, page: { kind: 'expired', at: link.expiresAt.toString() } };
    return await work(link);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, title, detail = '' } = error.problem;
    return { status, page: { kind: 'refused', title, detail } };
  }
};

const shown = async (ground: PagesGround, link: LinkRead): Promise<Shown> => {
  const db = ground.postgres.tables<PagesTables>();
  const sent = await notificationById(db, link.notification);
  const page = sent && (await pageById(db, ground.doors.delivery, sent.page));
  if (!page) return { status: 404, page: { kind: 'unknown' } };
  return { status: 200, page: { kind: 'ask', purpose: link.purpose, page, person: sent.person, said: null } };
};

/** What the question on a link's page was answered with; null: its one large button was pressed. */
const judgementOf = (body: unknown): boolean | null => {
  const said = typeof body === 'string' ? new URLSearchParams(body).get('useful') : null;
  return said === 'yes' ? true : said === 'no' ? false : null;
};

/** Whoever may open the page by this link may say whether it was useful; nothing else is done by it. */
const judged = async (ground: PagesGround, link: LinkRead, useful: boolean): Promise<Shown> => {
  const sent = await notificationById(ground.postgres.tables<PagesTables>(), link.notification);
  if (!sent) return shown(ground, link);
  await ground.postgres.transaction<PagesTables, unknown>((tx) =>
    judge(ground, tx, { id: sent.page, useful, text: null }, { actor: linkActor(sent), via: 'link' }),
  );
  const { status, page } = await shown(ground, link);
  return { status, page: page.kind === 'ask' ? { ...page, judged: useful } : page };
};

const linkActor = ({ person, personId }: { readonly person: string | null; readonly personId: string | null }) => ({
  kind: personId === null ? ('system' as const) : ('person' as const),
  id: personId ?? 'webhook',
  name: person ?? 'webhook',
});

const acted = async (ground: PagesGround, link: LinkRead): Promise<Shown> => {
  const { purpose } = link;
  const db = ground.postgres.tables<PagesTables>();
  const sent = await notificationById(db, link.notification);
  if (!sent || purpose === 'show') return shown(ground, link);
  const by = { actor: linkActor(sent), via: 'link' };
  const outcome = await ground.postgres.transaction<PagesTables, 'done' | 'already'>(async (tx) => {
    if (!(await useLink(tx, { mac: link.mac, page: sent.page, expiresAt: link.expiresAt }))) return 'already';
    return purpose === 'acknowledge'
      ? acknowledge(ground, tx, sent.page, by)
      : resolve(ground, tx, { id: sent.page, text: null }, by);
  });
  const page = (await pageById(db, ground.doors.delivery, sent.page))!;
  return { status: 200, page: { kind: 'ask', purpose, page, person: sent.person, said: outcome } };
};
