import { Refusal } from '../../kernel/problem.ts';
import type { Ground } from '../module/ground.ts';
import { answerOf } from './answer.ts';
import { listLedger } from './contract.ts';
import { serveEvents } from './events-route.ts';
import { kindsOf } from './kind-filter.ts';
import { selectEvents } from './store.ts';

const notWhole = (): Refusal =>
  new Refusal({
    status: 403,
    code: 'ledger.not-whole',
    title: 'Only admins see every event',
    detail: 'A chain with events left out cannot be verified: use a token of the role admin.',
  });

/**
 * Serves the ledger over HTTP: the list and the stream. Events of `forAdmins` (kinds, `person.*` for all that begin so)
 * tell of people what their colleagues need not know, addresses among it: only admins get them.
 */
export const serveLedger = (
  ground: Pick<Ground, 'http' | 'ledger' | 'metrics' | 'postgres'>,
  forAdmins: readonly string[],
): void => {
  ground.http.route(listLedger, async ({ query, signedIn }) => {
    const isAdmin = signedIn().role === 'admin';
    if (query.whole && !isAdmin) throw notWhole();
    const events = await selectEvents(ground.postgres.tables<any>(), {
      kinds: kindsOf(query.kind),
      without: isAdmin ? [] : forAdmins,
      subject: query.subject,
      service: query.service,
      actor: query.actor,
      order: query.order,
      after: query.after === undefined ? null : BigInt(query.after),
      limit: query.limit,
    });
    const last = events.at(-1);
    return { items: events.map(answerOf), next: events.length === query.limit && last ? last.place.toString() : null };
  });
  serveEvents(ground, forAdmins);
};
