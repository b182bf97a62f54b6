import { describe, expect, it } from 'vitest';
import { scheduleSpec } from '../../contract/schedules.ts';
import { expand, onlyVersions } from '../schedule/expand.ts';
import { firstVersion } from '../schedule/edit.ts';
import { doubleBookings, gapsByVersion, gapsOf } from './gaps.ts';

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
const window = { from: at('2026-11-23T00:00:00Z'), to: at('2026-11-30T00:00:00Z') };

const gaps = (layers: object[]) => {
  const spec = scheduleSpec.parse({ zone: 'UTC', layers });
  return gapsOf(spec, expand(onlyVersions([firstVersion(spec)]), window).gaps, window).map(({ kind, from, to }) => [
    kind,
    new Date(from).toISOString().slice(0, 13),
    new Date(to).toISOString().slice(0, 13),
  ]);
};
const rotation = { unit: 'week', start: '2026-11-02', handoffAt: '09:00' };
const weekdays = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' };

describe('Gaps', () => {
  it('are nobody where a buffer leaves the time, and outside hours where the schedule does', () => {
    expect(gaps([{ name: 'a', rotation, people: ['p1', null] }])).toEqual([
      ['nobody', '2026-11-23T09', '2026-11-30T00'],
    ]);
    const office = gaps([{ name: 'a', rotation, people: ['p1'], restrictions: [weekdays] }]);
    expect(office).toHaveLength(6);
    expect(office.every(([kind]) => kind === 'outside-hours')).toBe(true);
    expect(office.at(-1)).toEqual(['outside-hours', '2026-11-27T17', '2026-11-30T00']);
  });

  it('are cut where the meaning changes in the middle', () => {
    const spare = { name: 'b', rotation, people: [null, 'p2'], restrictions: [{ ...weekdays, to: '20:00' }] };
    const office = { name: 'a', rotation, people: ['p1'], restrictions: [weekdays] };
    const found = gaps([office, spare]);
    // The first layer ends at 17:00; the second means somebody until 20:00, who is a buffer in the weeks of p1's even turns.
    const evening = found.filter(([kind]) => kind === 'nobody');
    expect(evening).toEqual([]);
    const other = gaps([office, { ...spare, people: ['p2', null] }]).filter(([kind]) => kind === 'nobody');
    expect(other[0]).toEqual(['nobody', '2026-11-23T17', '2026-11-23T20']);
    expect(other).toHaveLength(5);
  });

  it('are told by what the schedule said then, and joined where that goes on', () => {
    const spec = (restrictions: object[]) =>
      scheduleSpec.parse({ zone: 'UTC', layers: [{ name: 'a', rotation, people: [null, 'p1'], restrictions }] });
    const [first, second] = [at('2026-11-24T12:00:00Z'), at('2026-11-25T12:00:00Z')];
    const versions = [
      { from: -Infinity, spec: spec([weekdays]) },
      { from: first, spec: spec([{ ...weekdays, to: '18:00' }]) },
      { from: second, spec: null },
    ];
    const day = { from: at('2026-11-24T00:00:00Z'), to: at('2026-11-26T00:00:00Z') };
    const found = gapsByVersion(versions, [day], day).map(({ kind, from, to }) => [
      kind,
      new Date(from).toISOString().slice(8, 13),
      new Date(to).toISOString().slice(8, 13),
    ]);
    expect(found).toEqual([
      ['outside-hours', '24T00', '24T09'],
      ['nobody', '24T09', '24T18'],
      ['outside-hours', '24T18', '25T09'],
      ['nobody', '25T09', '25T12'],
      ['outside-hours', '25T12', '26T00'],
    ]);
  });

  it('of weekday rotations leave the weekend out on purpose', () => {
    const found = gaps([
      {
        name: 'a',
        rotation: { unit: 'day', start: '2026-11-02', handoffAt: '09:00', days: weekdays.days },
        people: ['p1', 'p2'],
      },
    ]);
    expect(found).toEqual([
      ['outside-hours', '2026-11-23T00', '2026-11-23T09'],
      ['outside-hours', '2026-11-28T09', '2026-11-30T00'],
    ]);
  });
});

describe('Double bookings', () => {
  it('are where one person is on call for several schedules, joined where the same ones follow', () => {
    const shift = (schedule: string, person: string, from: number, to: number) => ({ schedule, person, from, to });
    expect(
      doubleBookings([
        shift('a', 'p1', 0, 10),
        shift('a', 'p1', 10, 20),
        shift('b', 'p1', 5, 15),
        shift('c', 'p1', 12, 30),
        shift('b', 'p2', 20, 30),
        shift('c', 'p2', 30, 40),
      ]),
    ).toEqual([
      { person: 'p1', from: 5, to: 12, schedules: ['a', 'b'] },
      { person: 'p1', from: 12, to: 15, schedules: ['a', 'b', 'c'] },
      { person: 'p1', from: 15, to: 20, schedules: ['a', 'c'] },
    ]);
  });
});
