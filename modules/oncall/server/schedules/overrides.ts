import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { OverrideAnswer, SaidOverrideInput } from '../../contract/schedules.ts';
import { compete, stretchOf, wrongOverride } from '../../domain/schedule/check.ts';
import { scheduleLimits } from '../../domain/schedule/schedule.ts';
import { openPartAgain } from '../covers/cover-store.ts';
import { tell, unknownSchedule, unprocessable, type SchedulesGround } from './commands.ts';
import { requireResponder } from './may-change.ts';
import * as store from './store.ts';
import type { OverrideRow as Row, SchedulesTables } from './tables.ts';
import { overridesAhead } from './views.ts';

/**
 * Puts somebody on call by hand, from now on at the earliest: what has been stays. It lies over what files say and is not touched by
 * them; another override by hand of the same time is refused, because nobody could say which one counts.
 */
export const makeOverride = async (
  ground: SchedulesGround,
  actor: Actor,
  name: string,
  said: SaidOverrideInput,
): Promise<OverrideAnswer> => {
  for (const field of ['person', 'replaces'] as const) await requirePerson(ground, field, said[field]);
  return ground.postgres.transaction<SchedulesTables, OverrideAnswer>(async (tx) => {
    await store.lockSchedule(tx, name);
    const last = await store.lastVersion(tx, name);
    if (last === null || last.version.spec === null) throw unknownSchedule(name);
    requireResponder(actor, last.version.spec.team, name);
    const now = new Date(ground.clock.now().epochMilliseconds);
    const layers = last.version.spec.layers.map((layer) => layer.name);
    refuseWrong(said, layers, now);
    const ahead = await overridesAhead(tx, last.id, now, scheduleLimits.overrides);
    refuseOverlap(said, ahead);
    if (ahead.length >= scheduleLimits.overrides) throw tooMany();
    const { from, to } = stretchOf(said);
    const row: Row = {
      id: newId(now.getTime()),
      schedule: last.id,
      person: said.person,
      kind: 'override',
      starts_at: new Date(from),
      ends_at: new Date(to),
      layer: said.layer,
      replaces: said.replaces,
      note: storable(said.note),
      made_by: actor.name,
      made_by_id: actor.id,
      made_at: now,
      ended_at: null,
      ended_by: null,
    };
    await store.insertOverride(tx, row);
    const answer = overrideShape(row, name);
    await tell(ground, tx, actor, 'override.made', name, { ...answer });
    return answer;
  });
};

/** Takes an override by hand back: it ends now, and what of it has been stays. */
export const takeBackOverride = (ground: SchedulesGround, actor: Actor, name: string, id: string): Promise<void> =>
  ground.postgres.transaction<SchedulesTables, void>(async (tx) => {
    await store.lockSchedule(tx, name);
    const last = await store.lastVersion(tx, name);
    if (last === null) throw unknownSchedule(name);
    requireResponder(actor, last.version.spec?.team ?? null, name);
    const row = await store.lockOverride(tx, last.id, id);
    const now = new Date(ground.clock.now().epochMilliseconds);
    if (row === null || row.ends_at <= now)
      throw new Refusal({
        status: 404,
        code: 'oncall.override-unknown',
        title: 'There is no such override',
        detail: 'It is over, or was taken back before.',
      });
    await store.endOverride(tx, id, actor.name, now);
    const { schedule, person, replaces, starts_at: from, ends_at: to } = row;
    if (row.kind === 'cover') await openPartAgain(tx, { schedule, person, replaces, from, to }, now);
    await tell(ground, tx, actor, 'override.taken-back', name, { ...overrideShape(row, name) });
  });

export const overrideShape = (row: Row, schedule: string): OverrideAnswer => ({
  id: row.id,
  schedule,
  person: row.person,
  from: text(Math.max(row.starts_at.getTime(), row.made_at.getTime())),
  to: text(row.ends_at.getTime()),
  layer: row.layer,
  replaces: row.replaces,
  kind: row.kind,
  note: row.note,
  madeBy: row.made_by,
  madeAt: text(row.made_at.getTime()),
});

const text = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString();

const requirePerson = async (
  { identity }: SchedulesGround,
  field: 'person' | 'replaces',
  name: string | null,
): Promise<void> => {
  if (name === null) return;
  const found = await identity.personByName(name);
  if (found === null || found.name !== name)
    throw unprocessable('oncall.person-unknown', `body.${field}`, `There is nobody named ${name}.`);
};

const refuseWrong = (said: SaidOverrideInput, layers: readonly string[], now: Date): void => {
  const [wrong] = wrongOverride(said, layers);
  if (wrong) throw unprocessable('oncall.bad-override', ['body', ...wrong.path].join('.'), wrong.message);
  if (stretchOf(said).to <= now.getTime())
    throw unprocessable('oncall.override-past', 'body.to', 'It lies in the past, and who was on call then stays.');
};

const refuseOverlap = (said: SaidOverrideInput, ahead: readonly Row[]): void => {
  const { from, to } = stretchOf(said);
  const other = ahead.find(
    (row) =>
      row.kind === 'override' && row.starts_at.getTime() < to && row.ends_at.getTime() > from && compete(row, said),
  );
  if (!other) return;
  const stretch = `from ${text(other.starts_at.getTime())} to ${text(other.ends_at.getTime())}`;
  throw new Refusal({
    status: 409,
    code: 'oncall.override-overlaps',
    title: 'Another override has this time',
    detail: `${other.person} has it ${stretch} (${other.id}, by ${other.made_by}). Take that one back first, or choose another time.`,
    errors: [{ path: 'body.from', message: `overlaps the override of ${other.person} ${stretch}` }],
  });
};

const tooMany = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.too-many-overrides',
    title: `A schedule has at most ${scheduleLimits.overrides} overrides by hand ahead`,
    detail: 'Say what comes again and again with a layer instead.',
  });
