import { describe, expect, it } from 'vitest';
import { barsOf, instantAt, spanBetween, weeksFrom, weeksLater } from './timeline.ts';
import { fieldOf, instantOfField, weekBeginOf } from './zone-days.ts';

const at = (iso: string): number => Date.parse(iso);
const hourMs = 3_600_000;

describe('weeks of a zone', () => {
  it('begin on Monday at midnight of the zone, whatever the browser thinks', () => {
    expect(weekBeginOf(at('2026-11-22T23:30:00Z'), 'Europe/Berlin')).toBe(at('2026-11-22T23:00:00Z'));
    expect(weekBeginOf(at('2026-11-22T22:30:00Z'), 'Europe/Berlin')).toBe(at('2026-11-15T23:00:00Z'));
  });

  it('have 167 hours when the clock goes forward and 169 when it goes back', () => {
    const hoursOf = (iso: string): number => {
      const [week] = weeksFrom(at(iso), 1, 'Europe/Berlin');
      return (week!.toMs - week!.fromMs) / hourMs;
    };
    expect(hoursOf('2026-03-26T12:00:00Z')).toBe(167);
    expect(hoursOf('2026-10-22T12:00:00Z')).toBe(169);
    expect(hoursOf('2026-11-23T12:00:00Z')).toBe(168);
  });

  it('move by the calendar over a change of the clock', () => {
    expect(weeksLater(at('2026-10-22T12:00:00Z'), 1, 'Europe/Berlin')).toBe(at('2026-10-25T23:00:00Z'));
  });
});

describe('bars', () => {
  const [week] = weeksFrom(at('2026-11-23T12:00:00Z'), 1, 'UTC');
  const piece = (from: string, to: string) => ({
    person: 'ada',
    layer: 'primary',
    kind: 'rotation' as const,
    fromMs: at(from),
    toMs: at(to),
  });

  it('are cut at the edges of the week and remember the whole shift', () => {
    const [bar] = barsOf([piece('2026-11-16T09:00:00Z', '2026-11-26T12:00:00Z')], week!);
    expect(bar).toMatchObject({ left: 0, width: 0.5, cutLeft: true, cutRight: false });
    expect(bar!.whole.fromMs).toBe(at('2026-11-16T09:00:00Z'));
  });

  it('of other weeks are not there, also where they only touch', () => {
    expect(barsOf([piece('2026-11-16T09:00:00Z', '2026-11-23T00:00:00Z')], week!)).toEqual([]);
  });

  it('a pull goes by whole steps counted from midnight, either way round, and is never empty', () => {
    expect(instantAt(week!, 0.501, hourMs)).toBe(at('2026-11-26T12:00:00Z'));
    expect(instantAt(week!, 7, hourMs)).toBe(week!.toMs);
    expect(spanBetween(20 * hourMs, 10 * hourMs, hourMs)).toEqual({ fromMs: 10 * hourMs, toMs: 20 * hourMs });
    expect(spanBetween(10 * hourMs, 10 * hourMs, hourMs)).toEqual({ fromMs: 10 * hourMs, toMs: 11 * hourMs });
  });
});

it('fields show and read the clock of the zone', () => {
  expect(fieldOf(at('2026-11-23T08:00:00Z'), 'Europe/Berlin')).toBe('2026-11-23T09:00');
  expect(instantOfField('2026-11-23T09:00', 'Europe/Berlin')).toBe(at('2026-11-23T08:00:00Z'));
  expect(instantOfField('', 'Europe/Berlin')).toBeNull();
});
