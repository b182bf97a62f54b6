import { baseUrlOf } from '../../../../platform/http/base-url.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { OncallDoor } from '../public.ts';
import { engineActor } from './decide.ts';
import { startEngine } from './engine.ts';
import { followFailures } from './follow-failures.ts';
import { answerReplies } from './answer-replies.ts';
import { escalateKey, noteKey } from './follow-key.ts';
import { linkKey } from './link-key.ts';
import { addLinkRoutes } from './link-routes.ts';
import { createLinks } from './links.ts';
import { countPages, forgetLinks } from './page-store.ts';
import type { PagesDoors, PagesGround } from './pages-ground.ts';
import { addPolicyRoutes } from './policy-routes.ts';
import { raise } from './raise.ts';
import { reopen } from './reopen.ts';
import { acknowledgeKey, resolveKey, snoozeKey } from './resolve-key.ts';
import { addPageRoutes } from './routes.ts';
import type { PagesTables, Tx } from './tables.ts';

/** Policies, pages, the engine that escalates them (on connections of its own), and the door. */
export const startPages = async (
  ground: Ground,
  doors: PagesDoors,
  enginePostgres: Ground['postgres'],
): Promise<{ door: OncallDoor; wake(): void; stop(): Promise<void> }> => {
  const { postgres, ledger, log, metrics } = ground;
  const db = postgres.tables<PagesTables>();
  const links = createLinks(await linkKey(db, doors));
  const pages: PagesGround = { postgres, ledger, log, metrics, doors, links, baseUrl: () => baseUrlOf(ground) };
  addPolicyRoutes(ground, pages);
  addPageRoutes(ground, pages);
  addLinkRoutes(ground, pages);
  answerReplies(pages);
  followFailures(pages);
  ground.jobs.every('oncall.forget-links', 3_600, () => forgetLinks(db));
  const engine = ground.config.values.run.includes('worker')
    ? await startEngine({ ...pages, postgres: enginePostgres })
    : null;
  return {
    door: {
      raisePage: async (tx, asked) => {
        const work = async (own: Tx) => raise(pages, own, asked, engineActor);
        const { id, made } =
          tx === null
            ? await postgres.transaction<PagesTables, { id: string; made: boolean }>(work)
            : await work(tx as Tx);
        return { id, made };
      },
      countByKey: (tx, counted) =>
        tx === null
          ? postgres.transaction<PagesTables, readonly string[]>((own) => countPages(own, counted))
          : countPages(tx as Tx, counted),
      resolveByKey: (tx, recovered) => resolveKey(pages, tx as Tx | null, recovered),
      acknowledgeByKey: (tx, acknowledged) => acknowledgeKey(pages, tx as Tx | null, acknowledged),
      reopenPage: async (tx, { page, answer, by, source }) => {
        const taken = { page, answer, by, via: source };
        return tx === null
          ? postgres.transaction<PagesTables, 'triggered' | 'acknowledged' | null>((own) => reopen(pages, own, taken))
          : reopen(pages, tx as Tx, taken);
      },
      snoozeByKey: (tx, snoozed) => snoozeKey(pages, tx as Tx | null, snoozed),
      escalateByKey: (tx, asked) => escalateKey(pages, tx as Tx | null, asked),
      noteByKey: (tx, said) => noteKey(pages, tx as Tx | null, said),
    },
    wake: () => engine?.wake(),
    stop: async () => engine?.stop(),
  };
};
