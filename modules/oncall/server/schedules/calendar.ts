import { createHash } from 'node:crypto';
import ical from 'ical-generator';
import type { Shift } from '../../domain/schedule/shift.ts';

/** A shift with the schedule that it belongs to. */
export interface CalendarShift extends Shift {
  readonly schedule: string;
  /** When the schedule was changed last: the revision of the event. */
  readonly changedAt: Date;
}

export interface CalendarOf {
  readonly title: string;
  readonly shifts: readonly CalendarShift[];
  /** Names as people write them, by the name that schedules use. */
  readonly displayNames: ReadonlyMap<string, string>;
  /** Which schedule is told in each event: where a calendar holds several. */
  readonly named: boolean;
}

/** How often calendar programs are asked to look again. */
const refreshSeconds = 15 * 60;

/**
 * Shifts as an iCalendar (RFC 5545). Times are UTC, so that no program's own zone database can move them. An event keeps its identity
 * for as long as its beginning, person and schedule stay; the same shifts give the same bytes.
 */
export const calendarOf = ({ title, shifts, displayNames, named }: CalendarOf): string => {
  const calendar = ical({
    name: title,
    prodId: { company: 'Leadline', product: 'on-call', language: 'EN' },
    ttl: refreshSeconds,
  });
  for (const shift of shifts) {
    const person = displayNames.get(shift.person) ?? shift.person;
    const along = shift.kind === 'shadow' ? 'shadowing' : 'on call';
    calendar.createEvent({
      id: uidOf(shift),
      start: new Date(shift.from),
      end: new Date(shift.to),
      stamp: shift.changedAt,
      summary: named ? `${person} ${along}: ${shift.schedule}` : `${person} ${along}`,
      description: detailOf(shift),
      x: [
        ['X-LEADLINE-PERSON', shift.person],
        ['X-LEADLINE-SCHEDULE', shift.schedule],
        ['X-LEADLINE-KIND', shift.kind],
      ],
    });
  }
  return calendar.toString();
};

const uidOf = ({ schedule, layer, kind, person, from }: CalendarShift): string => {
  const parts = [schedule, layer ?? '', kind === 'shadow' ? 'shadow' : 'on call', person, String(from)];
  return `${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)}@leadline`;
};

const detailOf = ({ schedule, layer, kind }: CalendarShift): string => {
  const how = { rotation: 'by rotation', override: 'by an override', cover: 'as cover', shadow: 'going along' }[kind];
  return `Schedule ${schedule}${layer === null ? '' : `, layer ${layer}`}, ${how}.`;
};
