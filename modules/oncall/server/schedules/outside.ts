import type { Ground } from '../../../../platform/module/ground.ts';
import { download } from '../../../../platform/http/download.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import type { Stretch } from '../../domain/schedule/shift.ts';
import { dayMs } from '../../domain/schedule/zone-clock.ts';
import * as store from './outside-store.ts';
import { calendarLimits, readCalendar, type CalendarTime } from './read-calendar.ts';
import type { SchedulesTables } from './tables.ts';

export interface OutsideGround extends Pick<Ground, 'postgres' | 'clock' | 'log'> {
  readonly identity: Pick<IdentityDoor, 'personByName'>;
  readonly allowInternal: boolean;
}

/** How often calendars elsewhere are looked for, how often each is read, and how far ahead. */
export const outsideRhythm = {
  lookSeconds: 60,
  readMs: 15 * 60_000,
  aheadDays: 400,
  timeoutMs: 20_000,
  atOnce: 200,
} as const;

/** Reads every calendar elsewhere that is due: new ones at once, each every 15 minutes. One that is away keeps what it said last. */
export const readDueCalendars = async (ground: OutsideGround): Promise<void> => {
  const db = ground.postgres.tables<SchedulesTables>();
  const now = ground.clock.now().epochMilliseconds;
  const due = await store.dueCalendars(db, new Date(now - outsideRhythm.readMs), outsideRhythm.atOnce);
  for (const calendar of due) await readOne(ground, calendar, now);
};

const readOne = async (ground: OutsideGround, calendar: store.DueCalendar, now: number): Promise<void> => {
  const db = ground.postgres.tables<SchedulesTables>();
  const said = await download(calendar.url, {
    allowInternal: ground.allowInternal,
    bytesMax: calendarLimits.bytes,
    timeoutMs: outsideRhythm.timeoutMs,
    etag: calendar.etag,
    accept: 'text/calendar',
  });
  const tried = { ...calendar, triedAt: new Date(now) };
  if (said.kind === 'unchanged') return store.keepTried(db, tried, null);
  if (said.kind === 'trouble') {
    ground.log.warn(
      { schedule: calendar.name, layer: calendar.layer, reason: said.reason },
      'a calendar elsewhere could not be read',
    );
    return store.keepTried(db, tried, said.reason);
  }
  const window = { from: now, to: now + outsideRhythm.aheadDays * dayMs };
  const read = readCalendar(said.text, calendar.zone, window);
  if (!read.ok) return store.keepTried(db, tried, read.reason);
  const { stretches, unknown } = await peopleIn(ground.identity, read.times, window);
  await store.keepRead(db, tried, {
    etag: said.etag,
    // What has been stays, whatever the calendar says of it now.
    stretches: [...pastOf(calendar.stretches, now), ...stretches],
    unknown,
    error: read.leftOut === 0 ? null : `${read.leftOut} events say what cannot be and were left out.`,
  });
};

type Named = Stretch & { readonly person: string };

/** Each time with who it means: an attendee's address, or the event's title, or what stands in it before " on call", " - ", ":" or "(". */
const peopleIn = async (
  identity: OutsideGround['identity'],
  times: readonly CalendarTime[],
  window: Stretch,
): Promise<{ stretches: Named[]; unknown: string[] }> => {
  const known = new Map<string, string | null>();
  const personOf = async (text: string): Promise<string | null> => {
    if (!known.has(text)) known.set(text, (await identity.personByName(text))?.name ?? null);
    return known.get(text)!;
  };
  const stretches: Named[] = [];
  const unknown = new Set<string>();
  for (const { from, to, summary, attendees } of times) {
    let person: string | null = null;
    for (const text of [...attendees, ...wordsFor(summary)]) if ((person ??= await personOf(text)) !== null) break;
    if (person === null) unknown.add(summary.slice(0, 120) || '(no title)');
    else stretches.push({ person, from: Math.max(from, window.from), to });
  }
  return { stretches, unknown: [...unknown].slice(0, 50) };
};

const wordsFor = (summary: string): string[] => {
  const begin = summary.split(/\s+on[- ]call\b|\s+[-–]\s+|:|\(/iu)[0]!.trim();
  const words = [summary, begin, begin.toLowerCase(), begin.toLowerCase().replaceAll(/\s+/gu, '-')];
  return [...new Set(words)].filter((word) => word.length > 0 && word.length <= 254);
};

const pastOf = (stretches: readonly Named[], now: number): Named[] =>
  stretches.filter(({ from }) => from < now).map((each) => ({ ...each, to: Math.min(each.to, now) }));
