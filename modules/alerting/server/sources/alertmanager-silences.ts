import type { Actor } from '../../../../platform/http/http.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Matcher } from '../../domain/policy/matcher.ts';
import {
  mayChangeInPlace,
  postedSilence,
  silenceFits,
  silenceState,
  sortedSilences,
  type PostedSilence,
  type ShownSilence,
} from '../../domain/sources/alertmanager-silences.ts';
import { badRequest, type WireFault } from '../../domain/sources/alertmanager-wire.ts';
import { makePattern } from '../policy/pattern.ts';
import type { PolicyGround } from '../policy/policy-ground.ts';
import { silenceShape } from '../policy/silence-shape.ts';
import { isId, liveSilences, silenceBy, silencesAfter } from '../policy/silence-store.ts';
import { addSilence, expireSilence, putSilence, type AskedSilence } from '../policy/silences.ts';
import { databaseNow } from '../policy/store.ts';
import type { PolicyTables, SilenceRow } from '../policy/tables.ts';
import type { Caller } from './alertmanager-caller.ts';

export type SilencesGround = PolicyGround;

/** Silences that are over are shown so many of, the last ones. */
const expiredMax = 1_000;

/** Whose silences a caller sees and makes. */
interface Reach {
  readonly actor: Actor;
  /** Every silence of a sender is about what came by its integration and nothing else; null: about whatever it says. */
  readonly keepsTo: Matcher | null;
}

const reachOf = (caller: Caller): Reach => {
  if (caller.kind === 'actor') return { actor: caller.actor, keepsTo: null };
  const { id, name } = caller.integration;
  return {
    actor: { kind: 'system', id, name, role: 'responder', teams: {}, scopes: ['api'] },
    keepsTo: { name: 'integration', op: '=', value: name },
  };
};

const unknownSilence: WireFault = { status: 404, body: 'silence not found' };

/** `GET /api/v2/silences`: those that have a matcher equal to each of the filter. */
export const silencesShown = async (
  { postgres }: Pick<SilencesGround, 'postgres'>,
  caller: Caller,
  filter: readonly Matcher[],
): Promise<{ readonly at: Temporal.Instant; readonly silences: readonly ShownSilence[] }> => {
  const db = postgres.tables<PolicyTables>();
  const { keepsTo } = reachOf(caller);
  const at = await databaseNow(db);
  const rows = [
    ...(await liveSilences(db)),
    ...(await silencesAfter(db, { after: null, state: 'expired', limit: expiredMax })),
  ];
  const shown = rows.flatMap((row) => shownOf(row, at, keepsTo) ?? []);
  return {
    at,
    silences: sortedSilences(
      shown.filter((each) => silenceFits(each, filter)),
      at,
    ),
  };
};

/** `GET /api/v2/silence/{id}`; null where there is none that the caller may see. */
export const silenceShown = async (
  { postgres }: Pick<SilencesGround, 'postgres'>,
  caller: Caller,
  id: string,
): Promise<{ readonly at: Temporal.Instant; readonly silence: ShownSilence } | null> => {
  const db = postgres.tables<PolicyTables>();
  const row = isId(id) ? await silenceBy(db, id) : undefined;
  const at = await databaseNow(db);
  const silence = row === undefined ? null : shownOf(row, at, reachOf(caller).keepsTo);
  return silence === null ? null : { at, silence };
};

/**
 * `POST /api/v2/silences`: makes one, or changes the one of its id. Where Alertmanager would not let it be changed (other matchers,
 * another beginning), a new one is made and the one before ended, in this order: nothing is loud in between.
 */
export const silencePosted = async (
  ground: SilencesGround,
  caller: Caller,
  body: unknown,
): Promise<{ readonly silenceID: string } | WireFault> => {
  const at = await databaseNow(ground.postgres.tables<PolicyTables>());
  const posted = postedSilence(body, { at, makePattern });
  if ('status' in posted) return posted;
  const { actor, keepsTo } = reachOf(caller);
  const stands = posted.id === null ? null : await silenceShown(ground, caller, posted.id);
  if (posted.id !== null && stands === null) return unknownSilence;
  const asked = askedOf(posted, keepsTo, at);
  try {
    if (stands !== null && mayChangeInPlace(stands.silence, posted, at)) {
      const marks = { origin: 'hand', source: null } as const;
      const from = silenceState(stands.silence, at) === 'active' ? stands.silence.from : posted.from;
      await putSilence(ground, actor, { reference: stands.silence.id, asked: { ...asked, from }, ...marks });
      return { silenceID: stands.silence.id };
    }
    const made = await addSilence(ground, actor, asked);
    if (stands !== null && silenceState(stands.silence, at) !== 'expired')
      await expireSilence(ground, actor, stands.silence.id);
    return { silenceID: made.id };
  } catch (error) {
    if (error instanceof Refusal && error.problem.code === 'alerting.bad-silence') return badRequest(error.message);
    throw error;
  }
};

/** `DELETE /api/v2/silence/{id}`; false where there is none that the caller may see. */
export const silenceEnded = async (ground: SilencesGround, caller: Caller, id: string): Promise<boolean> => {
  if ((await silenceShown(ground, caller, id)) === null) return false;
  await expireSilence(ground, reachOf(caller).actor, id);
  return true;
};

/** A silence that began before it was made began when it was made. */
const askedOf = (posted: PostedSilence, keepsTo: Matcher | null, at: Temporal.Instant): AskedSilence => ({
  matchers: keepsTo === null ? posted.matchers : [...posted.matchers, keepsTo],
  from: Temporal.Instant.compare(posted.from, at) < 0 ? at : posted.from,
  to: posted.to,
  duration: null,
  rrule: null,
  zone: null,
  why: posted.comment,
  who: posted.createdBy === '' ? null : posted.createdBy,
});

/** As this API shows it; null for one that the caller's reach does not cover. What keeps it to the reach is not shown. */
const shownOf = (row: SilenceRow, at: Temporal.Instant, keepsTo: Matcher | null): ShownSilence | null => {
  const isKept = (each: Matcher): boolean =>
    each.name === keepsTo?.name && each.op === keepsTo.op && each.value === keepsTo.value;
  if (keepsTo !== null && !row.matchers.some(isKept)) return null;
  const ended = row.ends_at === null ? null : instantOf(row.ends_at);
  // One that comes again has no end that this API could show: it shows the time of now or the next one.
  const next = row.rrule === null ? undefined : silenceShape(row, at).next[0];
  const from = next ? Temporal.Instant.from(next.from) : instantOf(row.first_from);
  const to = next ? Temporal.Instant.from(next.to) : (ended ?? instantOf(row.first_to));
  return {
    id: row.id,
    matchers: row.matchers.filter((each) => !isKept(each)),
    // Ended before it began: it never held, and is over.
    from: Temporal.Instant.compare(from, to) > 0 ? to : from,
    to,
    createdBy: row.who,
    comment: row.why,
    updatedAt: instantOf(row.changed_at),
  };
};

const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
