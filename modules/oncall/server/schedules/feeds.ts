import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../../../../kernel/problem.ts';
import { reaches } from '../../../../kernel/role.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import * as contract from '../../contract/feeds.ts';
import { expand } from '../../domain/schedule/expand.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import { calendarOf, type CalendarShift } from './calendar.ts';
import * as store from './feed-store.ts';
import { inTurn } from './on-call.ts';
import type { FeedRow, SchedulesTables } from './tables.ts';
import { givenOf, scheduleRows, type Reader } from './views.ts';

export interface FeedsGround extends Pick<Ground, 'http' | 'clock' | 'postgres' | 'ledger'> {
  readonly identity: Pick<IdentityDoor, 'personByName' | 'teamExists' | 'linkSecrets'>;
}

/** What one calendar holds, and how many addresses one maker may have in force. */
const limits = { backDays: 90, aheadDays: 400, events: 12_000, feeds: 100, listed: 1_000 } as const;

/** Puts the calendars of shifts and their secret addresses on the HTTP ground. */
export const addFeedRoutes = (ground: FeedsGround): void => {
  const { http } = ground;
  const db = ground.postgres.tables<SchedulesTables>();
  http.route(contract.createFeed, ({ body, signedIn }) => makeFeed(ground, db, signedIn(), body));
  http.route(contract.listFeeds, async ({ signedIn }) => {
    const actor = signedIn();
    const rows = await store.feedRows(db, reaches(actor.role, 'admin') ? null : makerOf(actor), limits.listed);
    return { items: rows.map(feedShape) };
  });
  http.route(contract.deleteFeed, ({ params, signedIn }) => endFeed(ground, signedIn(), params.id) as never);
  const calendar = (
    kind: FeedRow['kind'],
    of: string,
    token: string,
    call: { request: FastifyRequest; reply: FastifyReply },
  ) => answerCalendar(ground, db, { kind, of, token, ...call }) as never;
  http.route(contract.scheduleCalendar, ({ params, query, request, reply }) =>
    calendar('schedule', params.name, query.token, { request, reply }),
  );
  http.route(contract.personCalendar, ({ params, query, request, reply }) =>
    calendar('person', params.person, query.token, { request, reply }),
  );
  http.route(contract.teamCalendar, ({ params, query, request, reply }) =>
    calendar('team', params.team, query.token, { request, reply }),
  );
};

interface Asked {
  readonly kind: FeedRow['kind'];
  readonly of: string;
  readonly token: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const makeFeed = async (
  ground: FeedsGround,
  db: Reader,
  actor: Actor,
  said: { readonly kind: FeedRow['kind']; readonly of: string; readonly label: string },
) => {
  await requireThing(ground, db, actor, said);
  const now = new Date(ground.clock.now().epochMilliseconds);
  const { secret, hash } = ground.identity.linkSecrets.make();
  const row: FeedRow = {
    id: newId(now.getTime()),
    secret_hash: hash,
    kind: said.kind,
    of_name: said.of,
    label: storable(said.label),
    made_by: actor.name,
    made_by_id: makerOf(actor),
    made_at: now,
    read_at: null,
    ended_at: null,
    ended_by: null,
  };
  await ground.postgres.transaction<SchedulesTables, void>(async (tx) => {
    if ((await store.countFeeds(tx, row.made_by_id)) >= limits.feeds) throw tooMany();
    await store.insertFeed(tx, row);
    await tell(ground, tx, actor, 'calendar-feed.made', row);
  });
  return { feed: feedShape(row), path: `${pathOf(row)}?token=${secret}` };
};

const endFeed = (ground: FeedsGround, actor: Actor, id: string): Promise<void> =>
  ground.postgres.transaction<SchedulesTables, void>(async (tx) => {
    const row = await store.lockFeed(tx, id);
    // Another's address looks like none: who has calendars is nobody's business.
    if (row === null || (row.made_by_id !== makerOf(actor) && !reaches(actor.role, 'admin'))) throw noFeed();
    await store.endFeedRow(tx, id, actor.name, new Date(ground.clock.now().epochMilliseconds));
    await tell(ground, tx, actor, 'calendar-feed.ended', row);
  });

const answerCalendar = async (ground: FeedsGround, db: Reader, asked: Asked): Promise<void> => {
  const { request, reply } = asked;
  const feed = await feedOf(ground, db, asked);
  const now = ground.clock.now().epochMilliseconds;
  await store.touchFeed(db, feed.id, new Date(now));
  const body = await calendarBehind(ground, db, feed, now);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  reply.headers({
    etag,
    'cache-control': 'private, no-cache',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
  });
  const known = String(request.headers['if-none-match'] ?? '').split(',');
  if (known.some((each) => each.trim().replace(/^W\//u, '') === etag)) {
    await reply.code(304).send();
    return;
  }
  await reply.code(200).header('content-type', 'text/calendar; charset=utf-8').send(body);
};

/** The address that a secret opens, or the one refusal for everything that is wrong with it. */
const feedOf = async ({ identity }: FeedsGround, db: Reader, { kind, of, token, request }: Asked): Promise<FeedRow> => {
  const hash = identity.linkSecrets.hashOf(token);
  const feed = hash === null ? null : await store.feedBehind(db, hash);
  if (feed === null || feed.kind !== kind || feed.of_name !== of) {
    // Without a secret nobody tried to guess one.
    if (token !== '') await identity.linkSecrets.wrong(request);
    throw noFeed();
  }
  // Whoever left takes no calendar along.
  for (const person of [feed.made_by_id, ...(kind === 'person' ? [of] : [])])
    if ((await identity.personByName(person))?.state === 'disabled') throw noFeed();
  return feed;
};

const calendarBehind = async (ground: FeedsGround, db: Reader, feed: FeedRow, now: number): Promise<string> => {
  const { kind, of_name: of } = feed;
  const names = kind === 'person' ? (await store.schedulesOfPerson(db, of)).map(({ name }) => name) : null;
  const rows = await scheduleRows(db, {
    limit: store.schedulesPerCalendarMax,
    ...(kind === 'team' ? { team: of } : {}),
    ...(kind === 'schedule' ? { names: [of] } : {}),
    ...(names === null ? {} : { names }),
  });
  const today = Math.floor(now / dayMs) * dayMs;
  const window = { from: today - limits.backDays * dayMs, to: today + limits.aheadDays * dayMs };
  const given = await givenOf(
    db,
    rows.map(({ id }) => id),
    window,
  );
  const shifts: CalendarShift[] = rows.flatMap((row) =>
    inTurn(expand(given.get(row.id)!, window))
      // One that the window cuts would get another beginning, and so another identity, each day.
      .filter((shift) => shift.from > window.from && (kind !== 'person' || shift.person === of))
      .map((shift) => ({ ...shift, schedule: row.name, changedAt: row.madeAt })),
  );
  shifts.sort((a, b) => a.from - b.from);
  const kept = shifts.slice(0, limits.events);
  const displayNames = await displayNamesOf(ground, kept);
  const title = kind === 'schedule' ? rows[0]?.version.spec?.title || `On call: ${of}` : `On call: ${of}`;
  return calendarOf({ title, shifts: kept, displayNames, named: kind !== 'schedule' });
};

const displayNamesOf = async (
  { identity }: FeedsGround,
  shifts: readonly CalendarShift[],
): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (const name of new Set(shifts.map(({ person }) => person)))
    found.set(name, (await identity.personByName(name))?.displayName ?? name);
  return found;
};

const requireThing = async (
  { identity }: FeedsGround,
  db: Reader,
  actor: Actor,
  { kind, of }: { readonly kind: FeedRow['kind']; readonly of: string },
): Promise<void> => {
  if (kind === 'person') {
    const person = await identity.personByName(of);
    if (person === null || person.name !== of) throw nothingOf('person', of);
    if (person.id !== makerOf(actor) && !reaches(actor.role, 'admin'))
      throw new Refusal({
        status: 403,
        code: 'oncall.not-your-calendar',
        title: 'This is the calendar of somebody else',
        detail: 'A person’s calendar is given out by themselves or by an admin.',
      });
    return;
  }
  if (kind === 'team' && !(await identity.teamExists(of))) throw nothingOf('team', of);
  if (kind === 'schedule' && (await scheduleRows(db, { names: [of], limit: 1 })).length === 0)
    throw nothingOf('schedule', of);
};

/** The person behind what asks: a person's token is theirs. */
const makerOf = (actor: Actor): string => actor.ownerId ?? actor.id;

const pathOf = ({ kind, of_name: of }: FeedRow): string =>
  ({
    schedule: `/api/v1/schedules/${of}.ics`,
    person: `/api/v1/people/${of}/shifts.ics`,
    team: `/api/v1/teams/${of}/shifts.ics`,
  })[kind];

const feedShape = (row: FeedRow): contract.CalendarFeed => ({
  id: row.id,
  kind: row.kind,
  of: row.of_name,
  label: row.label,
  madeBy: row.made_by,
  madeAt: row.made_at.toISOString(),
  readAt: row.read_at?.toISOString() ?? null,
});

const tell = (
  { ledger }: FeedsGround,
  tx: Parameters<typeof store.insertFeed>[0],
  actor: Actor,
  kind: 'calendar-feed.made' | 'calendar-feed.ended',
  row: FeedRow,
): Promise<string> =>
  ledger.append(tx, {
    kind,
    subject: `calendar-feed:${row.id}`,
    service: null,
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    data: { kind: row.kind, of: row.of_name, label: row.label },
  });

const nothingOf = (kind: string, of: string): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.nothing-to-show',
    title: `There is no such ${kind}`,
    detail: of,
    errors: [{ path: 'body.of', message: `no ${kind} ${of}` }],
  });

/** One text for unknown, ended and another's: whoever holds a wrong address learns nothing from it. */
const noFeed = (): Refusal =>
  new Refusal({
    status: 404,
    code: 'oncall.calendar-unknown',
    title: 'This address opens no calendar',
    detail: 'It is wrong or was ended. Make another on the page of the schedule, or with `leadline oncall feed make`.',
  });

const tooMany = (): Refusal =>
  new Refusal({
    status: 422,
    code: 'oncall.too-many-calendars',
    title: `You have ${limits.feeds} addresses of calendars`,
    detail: 'End those that nothing reads any more: `leadline oncall feed list`.',
  });
