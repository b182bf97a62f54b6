import { Refusal, type FieldError } from '../../../../kernel/problem.ts';
import { secondsOf } from '../../../../kernel/time-span.ts';
import { newId } from '../../../../platform/clock/id.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { policyLimits } from '../../contract/policy.ts';
import { type SilenceAnswer, type SilenceSpec } from '../../contract/silences.ts';
import { holdsForEmpty, type Matcher } from '../../domain/policy/matcher.ts';
import { parseAll } from '../../domain/policy/parse-matchers.ts';
import { makePattern } from './pattern.ts';
import {
  refuseByHand,
  refuseWrong,
  requireAnswers,
  sameSpec,
  unknown,
  type Outcome,
  type PolicyGround,
} from './policy-ground.ts';
import { matcherProblems, patternProblems } from './problems.ts';
import { lastEnd, recurrenceProblems } from './recurrence.ts';
import { nextShape, silenceShape, type SilenceTimes } from './silence-shape.ts';
import { countLive, insertSilence, isId, silenceBy, updateSilence } from './silence-store.ts';
import { countUp, databaseNow, lockName } from './store.ts';
import type { PolicyTables, PolicyTx, SilenceRow } from './tables.ts';

/** A silence as it is asked for, its matchers read. */
export interface AskedSilence {
  readonly matchers: readonly Matcher[];
  /** Null: now. */
  readonly from: Temporal.Instant | null;
  readonly to: Temporal.Instant | null;
  readonly duration: string | null;
  readonly rrule: string | null;
  readonly zone: string | null;
  readonly why: string;
  /** Whom it names as who silenced; null: the actor. */
  readonly who: string | null;
}

interface Made {
  readonly name: string | null;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
}
const byHand: Made = { name: null, origin: 'hand', source: null };

/** What a document or body asks for. Throws the Refusal `alerting.bad-silence` for matchers that cannot be read. */
export const askedOf = (spec: SilenceSpec): AskedSilence => {
  refuseWrong(matcherProblems(spec.match, 'body.match'), 'silence');
  const parsed = parseAll(spec.match);
  return {
    matchers: 'matchers' in parsed ? parsed.matchers : [],
    ...timesAsked(spec),
    why: spec.why,
    who: null,
  };
};

const timesAsked = ({ from, to, duration, rrule, zone }: Omit<SilenceSpec, 'match' | 'why'>): AskedTimes => ({
  from: from === undefined ? null : Temporal.Instant.from(from),
  to: to === undefined ? null : Temporal.Instant.from(to),
  duration: duration ?? null,
  rrule: rrule ?? null,
  zone: zone ?? null,
});

/** When a silence that is said like that would hold next. Throws `alerting.bad-silence`. */
export const nextTimes = (said: Omit<SilenceSpec, 'match' | 'why'>, now: Temporal.Instant): SilenceAnswer['next'] =>
  nextShape(timesOf(timesAsked(said), now), now);

/** Makes a silence. Throws `alerting.bad-silence`, `alerting.not-yours` or `alerting.too-many-silences`. */
export const addSilence = (ground: PolicyGround, actor: Actor, asked: AskedSilence): Promise<SilenceAnswer> =>
  ground.postgres.transaction<PolicyTables, SilenceAnswer>((tx) => insert(ground, tx, actor, { asked, made: byHand }));

/** Changes the silence of this id, or makes the one of this name be as said; an ended one is not woken: its name makes a new one. */
export const putSilence = (
  ground: PolicyGround,
  actor: Actor,
  { reference, asked, ...marks }: Omit<Made, 'name'> & { readonly reference: string; readonly asked: AskedSilence },
): Promise<{ outcome: Outcome; silence: SilenceAnswer }> =>
  ground.postgres.transaction<PolicyTables, { outcome: Outcome; silence: SilenceAnswer }>(async (tx) => {
    await lockName(tx, `silence:${reference}`);
    const present = await silenceBy(tx, reference);
    const now = await databaseNow(tx);
    if (isId(reference) && !present) throw unknown('silence', reference);
    const ended = present?.ends_at && present.ends_at.getTime() <= now.epochMilliseconds;
    const made: Made = { name: isId(reference) ? (present?.name ?? null) : reference, ...marks };
    if (!present || (ended && !isId(reference))) {
      if (ended && present.expired_at === null && saysTheSame(present, asked, now)) {
        requireAnswers(actor, present.matchers);
        return { outcome: 'unchanged', silence: silenceShape(present, now) };
      }
      if (ended && present.expired_at === null)
        await updateSilence(tx, { id: present.id, expired_at: present.ends_at, expired_by: 'its end' });
      return { outcome: 'created', silence: await insert(ground, tx, actor, { asked, made }) };
    }
    if (ended) throw alreadyEnded(reference);
    requireAnswers(actor, present.matchers);
    refuseByHand(ground, present, marks.origin);
    if (saysTheSame(present, asked, now) && present.origin === marks.origin)
      return { outcome: 'unchanged', silence: silenceShape(present, now) };
    const said = { ...asked, from: asked.from ?? instantOf(present.first_from) };
    const next: SilenceRow = {
      ...present,
      ...timesOf(said, now, matchProblems(said.matchers)),
      ...marks,
      matchers: [...asked.matchers],
      why: asked.why,
      changed_at: dateOf(now),
    };
    requireAnswers(actor, asked.matchers);
    await updateSilence(tx, next);
    return { outcome: 'changed', silence: await tell(ground, tx, actor, { kind: 'silence.changed', row: next, now }) };
  });

/** Ends a silence now. Ending one that is over changes nothing. */
export const expireSilence = (ground: PolicyGround, actor: Actor, reference: string): Promise<SilenceAnswer> =>
  ground.postgres.transaction<PolicyTables, SilenceAnswer>(async (tx) => {
    await lockName(tx, `silence:${reference}`);
    const present = await silenceBy(tx, reference);
    if (!present) throw unknown('silence', reference);
    requireAnswers(actor, present.matchers);
    const now = await databaseNow(tx);
    if (present.ends_at && present.ends_at.getTime() <= now.epochMilliseconds) return silenceShape(present, now);
    const ended = { ends_at: dateOf(now), changed_at: dateOf(now), expired_at: dateOf(now), expired_by: actor.name };
    await updateSilence(tx, { id: present.id, ...ended });
    return tell(ground, tx, actor, { kind: 'silence.expired', row: { ...present, ...ended }, now });
  });

const insert = async (
  ground: PolicyGround,
  tx: PolicyTx,
  actor: Actor,
  { asked, made }: { readonly asked: AskedSilence; readonly made: Made },
): Promise<SilenceAnswer> => {
  const now = await databaseNow(tx);
  requireAnswers(actor, asked.matchers);
  const times = timesOf(asked, now, matchProblems(asked.matchers));
  if ((await countLive(tx)) >= policyLimits.silencesActive) throw tooMany();
  const row: SilenceRow = {
    id: newId(now.epochMilliseconds),
    ...made,
    ...times,
    matchers: [...asked.matchers],
    who: asked.who ?? actor.name,
    why: asked.why,
    created_at: dateOf(now),
    changed_at: dateOf(now),
    expired_at: null,
    expired_by: null,
  };
  await insertSilence(tx, row);
  return tell(ground, tx, actor, { kind: 'silence.created', row, now });
};

const tell = async (
  { ledger }: PolicyGround,
  tx: PolicyTx,
  actor: Actor,
  { kind, row, now }: { readonly kind: string; readonly row: SilenceRow; readonly now: Temporal.Instant },
): Promise<SilenceAnswer> => {
  await countUp(tx);
  const silence = silenceShape(row, now);
  await ledger.append(tx, {
    kind,
    subject: `silence:${row.id}`,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { silence },
  });
  return silence;
};

type AskedTimes = Pick<AskedSilence, 'from' | 'to' | 'duration' | 'rrule' | 'zone'>;

/** When it holds. Throws `alerting.bad-silence` for all that is wrong with it, and for what else is known to be wrong. */
const timesOf = (asked: AskedTimes, now: Temporal.Instant, wrong: readonly FieldError[] = []): SilenceTimes => {
  const from = asked.from ?? now;
  const times = asked.rrule === null ? onceProblems(asked, { from, now }) : againProblems(asked, from);
  refuseWrong([...wrong, ...times], 'silence');
  const seconds = asked.duration === null ? null : secondsOf(asked.duration);
  const to = asked.rrule === null ? (asked.to ?? from.add({ seconds: seconds! })) : from.add({ seconds: seconds! });
  const again = { from, durationSeconds: seconds ?? 0, rrule: asked.rrule ?? '', zone: asked.zone ?? '' };
  const end = asked.rrule === null ? to : (asked.to ?? lastEnd(again));
  return {
    first_from: dateOf(from),
    first_to: dateOf(to),
    rrule: asked.rrule,
    zone: asked.zone,
    ends_at: end === null ? null : dateOf(end),
  };
};

const matchProblems = (matchers: readonly Matcher[]): FieldError[] => {
  const wrong = matchers.flatMap((matcher, index) => patternProblems(matcher, `body.match.${index}`));
  if (wrong.length > 0) return wrong;
  return matchers.every((matcher) => holdsForEmpty(matcher, makePattern))
    ? [{ path: 'body.match', message: 'holds for every alert; name at least one label that must be there' }]
    : [];
};

const onceProblems = (
  asked: AskedTimes,
  { from, now }: { readonly from: Temporal.Instant; readonly now: Temporal.Instant },
): FieldError[] => {
  if (asked.zone !== null) return [{ path: 'body.zone', message: 'belongs to a rule: say rrule too, or leave it out' }];
  if ((asked.to === null) === (asked.duration === null))
    return [{ path: 'body.to', message: 'say until when, or a duration such as PT2H; one of the two' }];
  const seconds = asked.duration === null ? null : secondsOf(asked.duration);
  if (asked.duration !== null && (seconds === null || seconds < 1))
    return [{ path: 'body.duration', message: 'is an ISO 8601 duration, such as PT2H' }];
  const to = asked.to ?? from.add({ seconds: seconds! });
  if (Temporal.Instant.compare(to, from) <= 0) return [{ path: 'body.to', message: 'ends before it begins' }];
  return Temporal.Instant.compare(to, now) <= 0 ? [{ path: 'body.to', message: 'is over already' }] : [];
};

const againProblems = (asked: AskedTimes, from: Temporal.Instant): FieldError[] => {
  const errors: FieldError[] = [];
  if (asked.duration === null)
    errors.push({ path: 'body.duration', message: 'say how long each time lasts, such as PT2H' });
  if (asked.zone === null)
    errors.push({ path: 'body.zone', message: 'say on whose clock the rule is read, such as Europe/Berlin' });
  if (asked.to !== null && Temporal.Instant.compare(asked.to, from) <= 0)
    errors.push({ path: 'body.to', message: 'ends before it begins' });
  if (errors.length > 0) return errors;
  const said = { from, duration: asked.duration!, rrule: asked.rrule!, zone: asked.zone! };
  return recurrenceProblems(said).map(({ field, message }) => ({ path: `body.${field}`, message }));
};

/** A file that leaves out `from` means since it was first applied. */
const saysTheSame = (present: SilenceRow, asked: AskedSilence, now: Temporal.Instant): boolean => {
  const said = { ...asked, from: asked.from ?? instantOf(present.first_from) };
  const before = present.ends_at && present.ends_at.getTime() <= now.epochMilliseconds ? said.from : now;
  const { ends_at, first_from, first_to, rrule, zone } = timesOf(said, before, matchProblems(said.matchers));
  const of = (times: SilenceTimes): unknown[] => [
    times.first_from.getTime(),
    times.first_to.getTime(),
    times.rrule,
    times.zone,
    times.ends_at?.getTime() ?? null,
  ];
  return sameSpec(
    [...of({ ends_at, first_from, first_to, rrule, zone }), asked.matchers, asked.why],
    [...of(present), present.matchers, present.why],
  );
};

const tooMany = (): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.too-many-silences',
    title: 'There are too many silences',
    detail: `At most ${policyLimits.silencesActive} at once, because every alert is judged by all of them. End some, or say several by one pattern.`,
  });

const alreadyEnded = (reference: string): Refusal =>
  new Refusal({
    status: 409,
    code: 'alerting.silence-ended',
    title: 'This silence is over',
    detail: `${reference} can no longer be changed, so that what it held back can still be told. Make another one.`,
  });

const dateOf = (at: Temporal.Instant): Date => new Date(at.epochMilliseconds);
const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
