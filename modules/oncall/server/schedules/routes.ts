import type { Ground } from '../../../../platform/module/ground.ts';
import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import * as contract from '../../contract/schedules.ts';
import { gapsByVersion, gapsOf } from '../../domain/cover/gaps.ts';
import { expand } from '../../domain/schedule/expand.ts';
import { peopleOf } from '../../domain/schedule/check.ts';
import { scheduleLimits } from '../../domain/schedule/schedule.ts';
import type { Shift, Stretch } from '../../domain/schedule/shift.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import { deleteSchedule, putSchedule, unknownSchedule, type SchedulesGround } from './commands.ts';
import { inTurn, nextOnCall, onCallOf, onCallOfMany, windowOf, type OnCall } from './on-call.ts';
import { makeOverride, overrideShape, takeBackOverride } from './overrides.ts';
import { calendarsOf } from './outside-store.ts';
import { previewOf } from './preview.ts';
import type { SchedulesTables } from './tables.ts';
import { givenNamed, overridesAhead, scheduleId, scheduleRows, type Reader, type ScheduleRow } from './views.ts';

/** What `from` and `to` mean where they are not given. */
const windowDaysDefault = 28;

/** Puts the routes of schedules on the HTTP ground. */
export const addScheduleRoutes = (ground: Pick<Ground, 'http' | 'clock'>, schedules: SchedulesGround): void => {
  const db = schedules.postgres.tables<SchedulesTables>();
  addDocumentRoutes(ground, schedules, db);
  addShiftRoutes(ground, db);
  addOverrideRoutes(ground, schedules, db);
};

const addDocumentRoutes = (
  { http, clock }: Pick<Ground, 'http' | 'clock'>,
  schedules: SchedulesGround,
  db: Reader,
): void => {
  http.route(contract.listSchedules, async ({ query }) => {
    const { team, person, limit, cursor } = query;
    const after = cursor === undefined ? undefined : String(decodeCursor(cursor, 1)[0]);
    const of = { ...(team === undefined ? {} : { team }), ...(after === undefined ? {} : { after }) };
    // Who is named in a schedule stands in its document, so a person is looked for here, among all.
    const rows = await scheduleRows(db, { ...of, limit: person === undefined ? limit + 1 : schedulesMax });
    const named = person === undefined ? rows : rows.filter(({ version }) => peopleOf(version.spec!).has(person));
    const page = named.slice(0, limit);
    const onCall = await onCallOfMany(
      db,
      page.map(({ id }) => id),
      clock.now(),
    );
    return {
      items: page.map((row) => summaryOf(row, onCall.get(row.id) ?? [], clock.now())),
      next: named.length > limit ? encodeCursor([page.at(-1)!.name]) : null,
    };
  });
  http.route(contract.getSchedule, async ({ params }) => {
    const row = await requireRow(db, params.name);
    const { spec } = row.version;
    return {
      ...summaryOf(row, (await onCallOf(db, params.name, clock.now())) ?? [], clock.now()),
      spec: spec as never,
      source: row.source,
      calendars: await calendarsShape(db, row.id),
    };
  });
  http.route(contract.putSchedule, ({ params, body, signedIn }) => {
    const { origin, source, ...spec } = body;
    return putSchedule(schedules, signedIn(), params.name, { spec, origin, source });
  });
  http.route(
    contract.deleteSchedule,
    ({ params, signedIn }) => deleteSchedule(schedules, signedIn(), params.name) as never,
  );
};

const addShiftRoutes = ({ http, clock }: Pick<Ground, 'http' | 'clock'>, db: Reader): void => {
  http.route(contract.scheduleShifts, async ({ params, query }) => {
    const window = askedWindow(query, clock.now());
    const found = await givenNamed(db, params.name, window);
    if (found === null) throw unknownSchedule(params.name);
    const expanded = expand(found.given, window);
    const gaps = gapsByVersion(found.given.versions, expanded.gaps, window);
    return {
      items: inTurn(expanded).map(shiftShape),
      gaps: gaps.map(({ kind, ...stretch }) => ({ ...stretchShape(stretch), kind })),
    };
  });
  http.route(contract.scheduleOnCall, async ({ params, query }) => {
    if ((await scheduleId(db, params.name)) === null) throw unknownSchedule(params.name);
    const at = query.at === undefined ? clock.now() : Temporal.Instant.from(query.at);
    const [items, next] = [await onCallOf(db, params.name, at), await nextOnCall(db, params.name, at)];
    return { at: at.toString(), items: (items ?? []).map(onCallShape), next: next && onCallShape(next) };
  });
  http.route(contract.previewSchedule, async ({ body }) => {
    const now = clock.now();
    const window = askedWindow(body, now);
    // From now on at least: what is said last is what the change follows.
    const read = {
      from: Math.min(window.from, now.epochMilliseconds),
      to: Math.max(window.to, now.epochMilliseconds + 1),
    };
    const present = await givenNamed(db, body.name, read);
    if (present === null && body.spec === undefined) throw unknownSchedule(body.name);
    const given = present?.given ?? null;
    const { changes, gaps, ...shifts } = previewOf(given, body, window, now.epochMilliseconds);
    return {
      items: inTurn(shifts).map(shiftShape),
      gaps: gaps.map(stretchShape),
      changes: changes.map(({ before, after, ...stretch }) => ({ ...stretchShape(stretch), before, after })),
    };
  });
};

const addOverrideRoutes = (
  { http, clock }: Pick<Ground, 'http' | 'clock'>,
  schedules: SchedulesGround,
  db: Reader,
): void => {
  http.route(contract.listOverrides, async ({ params }) => {
    const { id } = await requireRow(db, params.name);
    const now = new Date(clock.now().epochMilliseconds);
    const rows = await overridesAhead(db, id, now, scheduleLimits.overrides);
    return { items: rows.map((row) => overrideShape(row, params.name)) };
  });
  http.route(contract.createOverride, ({ params, body, signedIn }) =>
    makeOverride(schedules, signedIn(), params.name, body),
  );
  http.route(
    contract.deleteOverride,
    ({ params, signedIn }) => takeBackOverride(schedules, signedIn(), params.name, params.id) as never,
  );
};

const calendarsShape = async (db: Reader, schedule: string) =>
  (await calendarsOf(db, schedule)).map(({ readAt, ...rest }) => ({ ...rest, readAt: readAt?.toISOString() ?? null }));

/** Schedules that are looked through for a person. */
const schedulesMax = 10_000;

const requireRow = async (db: Reader, name: string): Promise<ScheduleRow> => {
  const [row] = await scheduleRows(db, { names: [name], limit: 1 });
  if (row === undefined) throw unknownSchedule(name);
  return row;
};

const isOutsideHours = ({ version }: ScheduleRow, onCall: readonly OnCall[], now: Temporal.Instant): boolean => {
  if (onCall.some(({ kind }) => kind !== 'shadow')) return false;
  const instant = { from: now.epochMilliseconds, to: now.epochMilliseconds + 1 };
  return gapsOf(version.spec!, [instant], instant).every(({ kind }) => kind === 'outside-hours');
};

const summaryOf = (row: ScheduleRow, onCall: readonly OnCall[], now: Temporal.Instant) => {
  const spec = row.version.spec!;
  return {
    name: row.name,
    title: spec.title,
    team: spec.team,
    zone: spec.zone,
    layers: spec.layers.map(({ name }) => name),
    people: [...peopleOf(spec).keys()].toSorted(),
    onCall: onCall.map(onCallShape),
    isOutsideHours: isOutsideHours(row, onCall, now),
    version: row.number,
    origin: row.origin,
    changedBy: row.madeBy,
    changedAt: row.madeAt.toISOString(),
  };
};

const askedWindow = (
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Temporal.Instant,
): Stretch => {
  const from = asked.from === undefined ? now : Temporal.Instant.from(asked.from);
  const to =
    asked.to === undefined
      ? Temporal.Instant.fromEpochMilliseconds(from.epochMilliseconds + windowDaysDefault * dayMs)
      : Temporal.Instant.from(asked.to);
  return windowOf(from, to);
};

const text = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString();
const stretchShape = ({ from, to }: Stretch) => ({ from: text(from), to: text(to) });
const shiftShape = ({ person, layer, kind, ...stretch }: Shift) => ({ person, ...stretchShape(stretch), layer, kind });
const onCallShape = ({ person, layer, kind, from, to }: OnCall) => ({
  person,
  from: from.toString(),
  to: to.toString(),
  layer,
  kind,
});
