import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { measuresOver } from '../../../telemetry/server/signals/testing/history-over.ts';
import { ruleSpec } from '../../contract/rules.ts';
import { previewRule } from './preview.ts';
import { queueRule } from './testing/world.ts';

/** What a rule would have decided in the past, against the same worked out from what was sent. */
const to = Temporal.Instant.from('2026-11-22T12:00:00Z');
const end = to.epochMilliseconds / 1_000;
const hours = 30;
/** One point a minute, half a minute before its end: high from the 20th to the 40th minute of each third hour, and a disk that fills. */
const minutes = Array.from({ length: hours * 60 }, (_, index) => end - hours * 3_600 + index * 60 + 30);
const queueAt = (second: number): number => {
  const minute = Math.floor(second / 60) % 180;
  return minute >= 20 && minute < 40 ? 50 : minute === 100 ? 50 : 5;
};
const diskAt = (second: number): number => 0.5 + (second - (end - hours * 3_600)) / (hours * 3_600) / 2.5;

let clickhouse: ClickHouse;
const preview = (spec: object, days = hours / 24) =>
  previewRule(
    { telemetry: { measures: measuresOver(clickhouse, movableClock(to)) } as never },
    { spec: ruleSpec.parse(spec), days, to },
  );

beforeAll(async () => {
  clickhouse = await testClickHouse([
    { name: 'telemetry', folder: new URL('../../../telemetry/server/migrations/', import.meta.url) },
  ]);
  for (const [index, [metric, valueAt]] of [
    ['queue.size', queueAt] as const,
    ['disk.used', diskAt] as const,
  ].entries()) {
    await clickhouse.command(`INSERT INTO telemetry_series (day, series_id, metric, kind, service, origin_id, attributes, segment)
      SELECT toDate('2026-11-20') + number, ${index + 1}, '${metric}', 'gauge', 'shop/mail', 1, map('queue', '"mail"'), 1 FROM numbers(4)`);
    const points = minutes.map((second) => `(${second}, ${valueAt(second)})`).join(', ');
    await clickhouse.command(`INSERT INTO telemetry_samples (series_id, time, value, segment)
      SELECT ${index + 1}, toDateTime64(p.1, 9, 'UTC'), p.2, 1 FROM (SELECT arrayJoin(CAST([${points}], 'Array(Tuple(UInt32, Float64))')) AS p)`);
  }
});

const ends = Array.from({ length: hours * 60 }, (_, index) => end - (hours * 60 - 1 - index) * 60);

describe('the preview of a rule', () => {
  it('says when it would have fired and cleared, step by step', async () => {
    const found = await preview(queueRule({ for: 'PT3M', clear: { keepFor: 'PT5M' } }));
    expect(found).toMatchObject({ trouble: null, stepSeconds: 60, overSeconds: 60, more: 0 });
    // High windows end at minutes 21 to 40 of each third hour: fires at the 24th, clears five minutes after the 41st.
    const high = (second: number) => queueAt(second - 30) === 50;
    const expected = ends.flatMap((second) =>
      high(second) && high(second - 180) && !high(second - 240) ? [[second, second + 17 * 60 + 300]] : [],
    );
    const [group] = found.groups;
    expect(group!.group).toEqual({ queue: 'mail' });
    const times = group!.fired.map(({ from, to: until }) => [Date.parse(from) / 1_000, Date.parse(until!) / 1_000]);
    expect(times).toEqual(expected);
    expect(found.fired).toBe(10);
    expect(found.firingSeconds).toBe(10 * 22 * 60);
    expect(group!.fired[0]).toMatchObject({ reason: 'held-long-enough', numbers: { value: 50 } });
    expect(group!.points.length).toBeLessThanOrEqual(600);
    expect(Math.max(...group!.points.map(([, value]) => value ?? 0))).toBe(50);
  });

  it('of a forecast says from when on the threshold would have been foreseen', async () => {
    const spec = queueRule({
      measure: { metric: { name: 'disk.used', aggregate: 'last', by: ['queue'] } },
      over: 'PT10M',
      every: 'PT10M',
      forecast: { within: 'PT4H', from: 'PT6H' },
      fire: { op: '>', value: 0.85 },
    });
    const found = await preview(spec, 1);
    // It grows by 0.4 in 30 h: 0.85 is reached 26.25 h from the begin, foreseen four hours before that.
    const reaches = end - hours * 3_600 + 26.25 * 3_600;
    const [fired] = found.groups[0]!.fired;
    expect(Math.abs(Date.parse(fired!.from) / 1_000 - (reaches - 4 * 3_600))).toBeLessThanOrEqual(600);
    expect(Math.abs(Date.parse(fired!.numbers.reachesAt!) / 1_000 - reaches)).toBeLessThan(60);
    expect(fired!.numbers.perHour).toBeCloseTo(0.4 / 30, 6);
    expect(found.groups[0]!.fired).toHaveLength(1);
  });

  it('of a change compares with the same time of the day before', async () => {
    const spec = queueRule({
      measure: { metric: { name: 'disk.used', aggregate: 'avg', by: [] } },
      change: { against: 'day', as: 'difference' },
      fire: { op: '>', value: 0.3 },
    });
    const found = await preview(spec, 0.2);
    // In a day it grows by 0.32.
    expect(found.groups[0]!.fired).toHaveLength(1);
    expect(found.groups[0]!.fired[0]!.numbers.value).toBeCloseTo(0.32, 9);
  });

  it('of latency is told over a week of busy minutes', async () => {
    const sketch = 'quantilesDDState(0.01, 0.5, 0.9, 0.95, 0.99, 0.999)';
    await clickhouse.command(`INSERT INTO telemetry_services_minute (bucket, service, environment, version, requests, errors, duration_ns_sum, duration_ns_max, duration_sketch, within)
      SELECT toDateTime(${end} - (number + 1) * 60, 'UTC'), 'shop/busy', 'production', '1', 1000, 1, 1, 1,
        arrayReduce('${sketch}', arrayMap(i -> if(number % 1440 < 20, 1000., 5.) + exp(i / 4), range(20))), [] FROM numbers(10080)
      SETTINGS max_block_size = 1000`);
    const measure = { signal: { of: 'latency', service: 'shop/busy', quantile: 0.99 } };
    const found = await preview({ measure, over: 'PT5M', fire: { op: '>', value: 900 }, delay: 'PT0S' }, 7);
    // Twenty minutes at the end of each day.
    expect(found).toMatchObject({ trouble: null, stepSeconds: 300, fired: 7 });
    expect(found.firingSeconds).toBe(6 * 1_200 + 900);
  });

  it('says what it did otherwise than the rule would, and what cannot be told', async () => {
    const found = await preview(queueRule({ every: 'PT10S', over: 'PT30S' }), 30);
    expect(found.overSeconds).toBe(60);
    expect(found.notes.join(' ')).toContain('instead of each 10 s');
    const rate = queueRule({ measure: { metric: { name: 'queue.size', aggregate: 'rate' } } });
    expect((await preview(rate)).trouble).toContain('no counter');
    const nothing = queueRule({ measure: { metric: { name: 'never.sent', aggregate: 'avg' } } });
    expect(await preview(nothing)).toMatchObject({ trouble: null, fired: 0, groups: [{ group: {}, fired: [] }] });
    const alerts = await preview({ ...nothing, noData: { then: 'alert', after: 'PT5M' } });
    expect(alerts).toMatchObject({ fired: 1, groups: [{ fired: [{ to: null, reason: 'no-data' }] }] });
  });
});
