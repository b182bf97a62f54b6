import type { ShiftAnswer } from '../../contract/schedules.ts';
import { midnightsFrom, weekBeginOf } from './zone-days.ts';

/** A stretch in milliseconds since 1970, half-open. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One row of the timeline: a week of a zone. */
export interface Week extends Span {
  /** Eight midnights: the seven days and the end. */
  readonly midnights: readonly number[];
}

export interface Bar extends Span {
  /** Of the week's width, 0 to 1. */
  readonly left: number;
  readonly width: number;
  readonly person: string | null;
  readonly layer: string | null;
  readonly kind: ShiftAnswer['kind'] | 'gap' | 'outside-hours' | 'ghost' | 'wanted';
  /** It began in the week before, or goes on in the one after. */
  readonly cutLeft: boolean;
  readonly cutRight: boolean;
  /** The whole stretch, not only what is in this week. */
  readonly whole: Span;
}

export interface Piece extends Span {
  readonly person: string | null;
  readonly layer: string | null;
  readonly kind: Bar['kind'];
}

/** So many weeks from the one in which `fromMs` lies. */
export const weeksFrom = (fromMs: number, count: number, zone: string): readonly Week[] => {
  const midnights = midnightsFrom(weekBeginOf(fromMs, zone), count * 7, zone);
  return Array.from({ length: count }, (_, index) => {
    const own = midnights.slice(index * 7, index * 7 + 8);
    return { fromMs: own[0]!, toMs: own[7]!, midnights: own };
  });
};

/** The same week so many weeks later, by the calendar of the zone. */
export const weeksLater = (fromMs: number, weeks: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(weekBeginOf(fromMs, zone)).toZonedDateTimeISO(zone).add({ weeks })
    .epochMilliseconds;

export const pieceOfShift = ({ person, layer, kind, from, to }: ShiftAnswer): Piece => ({
  person,
  layer,
  kind,
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
});

export const pieceOfGap = ({
  from,
  to,
  kind = 'nobody',
}: {
  readonly from: string;
  readonly to: string;
  readonly kind?: 'nobody' | 'outside-hours';
}): Piece => ({
  person: null,
  layer: null,
  kind: kind === 'nobody' ? 'gap' : 'outside-hours',
  fromMs: Date.parse(from),
  toMs: Date.parse(to),
});

/** What of the pieces is in a week, as parts of its width; in their order. */
export const barsOf = (pieces: readonly Piece[], week: Week): readonly Bar[] =>
  pieces
    .filter((piece) => piece.fromMs < week.toMs && piece.toMs > week.fromMs && piece.fromMs < piece.toMs)
    .map(({ fromMs, toMs, person, layer, kind }) => {
      const [from, to] = [Math.max(fromMs, week.fromMs), Math.min(toMs, week.toMs)];
      return {
        fromMs: from,
        toMs: to,
        left: (from - week.fromMs) / (week.toMs - week.fromMs),
        width: (to - from) / (week.toMs - week.fromMs),
        person,
        layer,
        kind,
        cutLeft: fromMs < week.fromMs,
        cutRight: toMs > week.toMs,
        whole: { fromMs, toMs },
      };
    })
    .toSorted((a, b) => a.fromMs - b.fromMs);

/** The instant at a part of a week's width, down to `stepMs` counted from the midnight before it. */
export const instantAt = (week: Week, ratio: number, stepMs: number): number => {
  const at = week.fromMs + Math.min(Math.max(ratio, 0), 1) * (week.toMs - week.fromMs);
  const midnight = week.midnights.findLast((each) => each <= at) ?? week.fromMs;
  return Math.min(week.toMs, midnight + Math.round((at - midnight) / stepMs) * stepMs);
};

/** Between two instants in whichever order, at least one step long. */
export const spanBetween = (one: number, other: number, stepMs: number): Span => {
  const fromMs = Math.min(one, other);
  return { fromMs, toMs: Math.max(one, other, fromMs + stepMs) };
};

/** Tints of people, by their place among the people of the schedule: cool hues only, as warm ones mean a state. */
export const tintsMax = 6;
export const tintOf = (person: string, people: readonly string[]): number => {
  const place = people.indexOf(person);
  return (place === -1 ? [...person].reduce((sum, letter) => sum + letter.codePointAt(0)!, 0) : place) % tintsMax;
};
