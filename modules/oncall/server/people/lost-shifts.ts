import { momentText } from '../../domain/moment-text.ts';
import { quietDecision, type PersonRules } from '../../domain/people/rules.ts';
import { expand } from '../../domain/schedule/expand.ts';
import type { Given, Stretch } from '../../domain/schedule/shift.ts';
import { differences } from '../schedules/preview.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import { givenOf, type Reader } from '../schedules/views.ts';
import { markTold, recentOverrides, toldAmong, toldKey, type RecentOverride } from './duty-views.ts';
import { firstMessages } from './notices.ts';
import { inTransaction, type PeopleGround } from './people-ground.ts';
import { rulesOf } from './views.ts';

const hourMs = 3_600_000;
/** Whom nobody told for so long (quiet hours, no server) has seen it in the calendar meanwhile. */
const behindMs = 13 * hourMs;
/** Of an override that lasts longer only so much is looked at. */
const aheadMs = 92 * 24 * hourMs;

interface Lost extends Stretch {
  readonly person: string;
  /** Who is on call then instead. */
  readonly instead: string | null;
}

/**
 * Tells people that they are no longer on call because somebody put another there by hand, or took back what put them there; once each,
 * after their quiet hours, and not whoever did it themselves. Covers and swaps are told where they are taken.
 */
export const tellLostShifts = async (people: PeopleGround): Promise<number> => {
  const db = people.ground.postgres.tables<SchedulesTables>();
  const now = people.ground.clock.now();
  const overrides = await recentOverrides(db, now.epochMilliseconds - behindMs, now.epochMilliseconds);
  if (overrides.length === 0) return 0;
  const told = await toldAmong(db, now.epochMilliseconds - behindMs - hourMs);
  let count = 0;
  for (const override of overrides) {
    const lost = await lostBy(db, override, now.epochMilliseconds);
    const rules = await rulesOf(
      db,
      lost.map(({ person }) => person),
    );
    for (const [person, stretches] of Map.groupBy(lost, (each) => each.person)) {
      const own = rules.get(person);
      if (!own || own.person.id === override.byId) continue;
      if (told.has(toldKey('lost', own.person.id, override.name, override.at))) continue;
      if (quietDecision(own, 'low', now).send === 'now') count += await tell(people, own, override, stretches);
    }
  }
  return count;
};

/** Who would be on call without what was done, and is not. */
const lostBy = async (db: Reader, override: RecentOverride, nowMs: number): Promise<Lost[]> => {
  const from = Math.max(override.from, nowMs);
  const window = { from, to: Math.min(override.to, from + aheadMs) };
  if (window.from >= window.to) return [];
  const given = (await givenOf(db, [override.schedule], window)).get(override.schedule);
  if (given === undefined) return [];
  const [before, after] = [expand(asBefore(given, override), window), expand(given, window)];
  return differences(before.shifts, after.shifts, window).flatMap((each) =>
    each.before === null ? [] : [{ from: each.from, to: each.to, person: each.before, instead: each.after }],
  );
};

const asBefore = (given: Given, { id, to, what }: RecentOverride): Given => ({
  ...given,
  takes:
    what === 'made'
      ? given.takes.filter((take) => take.id !== id)
      : given.takes.map((take) => (take.id === id ? { ...take, to } : take)),
});

const tell = (
  people: PeopleGround,
  rules: PersonRules,
  { name, by, note, at, what }: RecentOverride,
  lost: readonly Lost[],
): Promise<number> => {
  const { id, zone, name: person } = rules.person;
  const text = (ms: number): string => momentText(Temporal.Instant.fromEpochMilliseconds(ms), zone);
  const lines = lost.map(
    ({ from, to, instead }) => `From ${text(from)} to ${text(to)}: ${instead ?? 'nobody'} is on call.`,
  );
  const how = what === 'made' ? `${by} put somebody else on call.` : `${by} took back what had put you on call.`;
  const messages = firstMessages(rules, {
    key: `shift-lost:${name}:${id}:${at}`,
    subject: `You are no longer on call for ${name}: ${text(lost[0]!.from)}`,
    text: [...lines, '', how, ...(note === '' ? [] : [note])].join('\n'),
    data: {
      kind: 'lost',
      schedule: name,
      person,
      by,
      stretches: lost.map(({ from, to, instead }) => ({
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        instead,
      })),
    },
  });
  if (messages.length === 0) return Promise.resolve(0);
  return inTransaction(people, async (tx) => {
    if (!(await markTold(tx, { kind: 'lost', personId: id, schedule: name, at }))) return 0;
    await people.delivery.enqueue(tx, messages);
    return 1;
  });
};
