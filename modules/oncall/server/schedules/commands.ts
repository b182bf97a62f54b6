import { Refusal } from '../../../../kernel/problem.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import { peopleOf } from '../../domain/schedule/check.ts';
import { deletedVersion, firstVersion, versionAfter } from '../../domain/schedule/edit.ts';
import { saysTheSameSchedule } from '../../domain/schedule/same.ts';
import type { ScheduleSpec } from '../../domain/schedule/schedule.ts';
import type { ScheduleVersion } from '../../domain/schedule/shift.ts';
import { requireEditor } from './may-change.ts';
import * as store from './store.ts';
import type { SchedulesTables } from './tables.ts';
import { policiesUsing } from './views.ts';

/** What the commands stand on. */
export interface SchedulesGround extends Pick<Ground, 'postgres' | 'ledger' | 'clock' | 'log'> {
  readonly identity: Pick<IdentityDoor, 'personByName' | 'teamExists'>;
}

export interface Said {
  readonly spec: ScheduleSpec;
  readonly origin: 'hand' | 'file';
  readonly source: string | null;
}

export interface Outcome {
  readonly outcome: 'created' | 'changed' | 'unchanged';
  readonly version: number;
}

/** Says what a schedule is from now on. What is already so makes no version and tells nothing. */
export const putSchedule = async (
  ground: SchedulesGround,
  actor: Actor,
  name: string,
  said: Said,
): Promise<Outcome> => {
  const spec = storable(said.spec);
  if (spec.team !== null && !(await ground.identity.teamExists(spec.team)))
    throw unprocessable(
      'oncall.team-unknown',
      'body.team',
      `There is no team ${spec.team}: apply it first (kind: Team).`,
    );
  await requirePeople(ground, spec);
  return ground.postgres.transaction<SchedulesTables, Outcome>(async (tx) => {
    await store.lockSchedule(tx, name);
    const last = await store.lastVersion(tx, name);
    const before = last?.version.spec ?? null;
    requireEditor(actor, before === null ? [spec.team] : [...new Set([before.team, spec.team])], name);
    if (last !== null && before !== null && saysTheSameSchedule(before, spec))
      return { outcome: 'unchanged', version: last.number };
    const at = nowAfter(ground, last?.version ?? null);
    const version = last === null ? firstVersion(spec) : versionAfter(last.version, spec, at);
    const id = last?.id ?? newId(at);
    const made = { by: actor.name, at: new Date(at), origin: said.origin, source: said.source };
    const number = await store.addVersion(tx, { id, name }, version, made);
    const outcome = before === null ? 'created' : 'changed';
    await tell(ground, tx, actor, `schedule.${outcome}`, name, { version: number, before, after: spec });
    return { outcome, version: number };
  });
};

/** Ends a schedule. Its past stays; refused while an escalation policy pages by it. */
export const deleteSchedule = (ground: SchedulesGround, actor: Actor, name: string): Promise<void> =>
  ground.postgres.transaction<SchedulesTables, void>(async (tx) => {
    await store.lockSchedule(tx, name);
    const last = await store.lastVersion(tx, name);
    if (last === null || last.version.spec === null) throw unknownSchedule(name);
    requireEditor(actor, [last.version.spec.team], name);
    const used = await policiesUsing(tx, name);
    if (used.length > 0) throw stillUsed(name, used);
    const at = nowAfter(ground, last.version);
    const made = { by: actor.name, at: new Date(at), origin: 'hand' as const, source: null };
    const number = await store.addVersion(tx, { id: last.id, name }, deletedVersion(at), made);
    await tell(ground, tx, actor, 'schedule.deleted', name, { version: number, before: last.version.spec });
  });

/** Now; never before the version that holds, also where the clock was set back. */
export const nowAfter = ({ clock }: Pick<SchedulesGround, 'clock'>, last: ScheduleVersion | null): number =>
  Math.max(clock.now().epochMilliseconds, last?.from ?? -Infinity);

export const tell = (
  { ledger }: Pick<SchedulesGround, 'ledger'>,
  tx: store.Tx,
  actor: Actor,
  kind: string,
  name: string,
  data: Record<string, unknown>,
): Promise<string> =>
  ledger.append(tx, {
    kind,
    subject: `schedule:${name}`,
    service: null,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data,
  });

/** Throws one refusal that names everybody who is nobody here, with where the document names them. */
const requirePeople = async ({ identity }: SchedulesGround, spec: ScheduleSpec): Promise<void> => {
  const errors: { path: string; message: string }[] = [];
  for (const [person, path] of peopleOf(spec)) {
    const found = await identity.personByName(person);
    if (found === null || found.name !== person)
      errors.push({ path: ['body', ...path].join('.'), message: `there is nobody named ${person}` });
  }
  if (errors.length === 0) return;
  throw new Refusal({
    status: 422,
    code: 'oncall.person-unknown',
    title: 'Somebody in this schedule is not known here',
    detail: `${errors
      .map(({ message }) => message)
      .slice(0, 5)
      .join('; ')}. Invite them, or apply them first (kind: Person).`,
    errors,
  });
};

export const unknownSchedule = (name: string): Refusal =>
  new Refusal({
    status: 404,
    code: 'oncall.schedule-unknown',
    title: 'There is no such schedule',
    detail: `No schedule ${name}; \`leadline get schedules\` lists them.`,
  });

const stillUsed = (name: string, policies: readonly string[]): Refusal =>
  new Refusal({
    status: 409,
    code: 'oncall.schedule-used',
    title: 'This schedule is still used',
    detail: `Escalation policies page by ${name}: ${policies.join(', ')}. Change or delete them first.`,
    errors: policies.map((policy) => ({ path: 'name', message: `used by the escalation policy ${policy}` })),
  });

export const unprocessable = (code: string, path: string, message: string): Refusal =>
  new Refusal({ status: 422, code, title: 'This schedule cannot be', detail: message, errors: [{ path, message }] });
