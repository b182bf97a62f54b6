import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { joinStretches, type Excluded } from '../../domain/correct.ts';
import { objectivesMigrations } from '../evaluate/testing/house.ts';
import { addRandomTraffic, deriveCounts, makeRawTable } from '../evaluate/testing/traffic.ts';
import { readAll, type Asked } from '../evaluate/readings.ts';
import type { SliceRule } from '../evaluate/signals.ts';
import { sourcesAt, windowEdge, windowsEnd } from '../evaluate/window-plan.ts';
import { readSeries } from '../views/series.ts';

/** What corrections leave out is left out exactly, whichever tables a window is read from; against a plain count of the events. */
const now = Date.parse('2026-11-22T12:34:56Z') / 1_000;
const minute = 60;
const to = windowsEnd(now, now);
const sources = sourcesAt(now);
const whole = (second: number): number => Math.floor(second / minute) * minute;

/** A night, some minutes across an hour, a whole hour, and minutes of the last quarter of an hour, up to the running one. */
const stretches = joinStretches([
  { from: whole(now - 2 * 86_400), to: whole(now - 2 * 86_400 + 5 * 3_600) },
  { from: whole(now - 30 * 3_600), to: whole(now - 30 * 3_600) + 95 * minute },
  { from: Math.floor(now / 3_600) * 3_600 - 4 * 3_600, to: Math.floor(now / 3_600) * 3_600 - 3 * 3_600 },
  ...Array.from({ length: 40 }, (_, index) => whole(now - 20 * 3_600 + index * 1_511)).map((from) => ({
    from,
    to: from + 3 * minute,
  })),
  { from: whole(now - 900), to: whole(now - 600) },
  { from: whole(now - 120), to: whole(now) + minute },
]);
const excluded: Excluded = { key: 'some', stretches };
const out = `arrayExists(each -> toUInt32(at) >= each.1 AND toUInt32(at) < each.2, [${stretches.map(({ from, to: end }) => `(${from}, ${end})`).join(', ')}])`;

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await testClickHouse([objectivesMigrations]);
  await makeRawTable(clickhouse);
  await addRandomTraffic(clickhouse, { indicators: 2, from: now - 4 * 86_400, to: now, events: 100_000 });
  await deriveCounts(clickhouse, { revision: 1 });
});

const plain = async (indicator: number, from: number, end: number, rule: SliceRule | null) => {
  const [row] = await clickhouse.query<{ good: string; bad: string }>(
    rule === null
      ? `-- Events that no correction leaves out.
         SELECT countIf(raw_events.bad = 0) AS good, countIf(raw_events.bad = 1) AS bad FROM raw_events
         WHERE indicator = ${indicator} AND at >= toDateTime(${from}, 'UTC') AND at < toDateTime(${end}, 'UTC') AND NOT ${out}`
      : `-- Slices of what no correction leaves out.
         SELECT countIf(missing = 0) AS good, countIf(missing = 1) AS bad FROM (
           SELECT avg(raw_events.bad) > ${1 - rule.targetPpm! / 1e6} AS missing FROM raw_events
           WHERE indicator = ${indicator} AND at >= toDateTime(${from}, 'UTC') AND at < toDateTime(${end}, 'UTC') AND NOT ${out}
           GROUP BY intDiv(toUInt32(at), ${rule.seconds}))`,
  );
  return { good: Number(row!.good), bad: Number(row!.bad) };
};

const lengths = [5, 30, 60, 121, 360, 1_440, 4_320];

describe.each([1, 2])('indicator %s', (indicator) => {
  it('windows of events', async () => {
    const source = { indicators: [indicator], rule: null, excluded };
    const asked = lengths.map((length): Asked => ({ source, from: to - length * minute, rolling: true }));
    const without = asked.map((each) => ({ ...each, source: { ...source, excluded: null } }));
    const readings = await readAll(clickhouse, [...asked, ...without], { to, sources });
    for (const each of asked) {
      const { good, bad } = readings.counted(source, each);
      const expected = await plain(indicator, windowEdge(each.from, to, sources), to, null);
      expect([each.from, { good, bad }]).toEqual([each.from, expected]);
      // Read beside it, the same without corrections is another number.
      const all = readings.counted(without[0]!.source, each);
      expect(all.good + all.bad).toBeGreaterThan(good + bad);
    }
  });

  it.each([
    { seconds: 300, targetPpm: 980_000 },
    { seconds: 7_200, targetPpm: 985_000 },
  ])('windows of slices of $seconds s', async (rule) => {
    const source = { indicators: [indicator], rule, excluded };
    const asked = [1_440, 4_320].map((length): Asked => ({ source, from: to - length * minute, rolling: false }));
    const readings = await readAll(clickhouse, asked, { to, sources });
    for (const each of asked) {
      const { good, bad } = readings.counted(source, each);
      const from = Math.ceil(each.from / rule.seconds) * rule.seconds;
      const end = Math.floor(to / rule.seconds) * rule.seconds;
      expect({ good, bad }).toEqual(await plain(indicator, from, end, rule));
    }
  });

  it('steps of a chart', async () => {
    const source = { indicators: [indicator], rule: null, excluded };
    const asked = Array.from({ length: 30 }, (_, index) => {
      const from = whole(now - 3 * 86_400 + index * 7_000);
      return { from, to: from + 6 * 3_600, rolling: true };
    });
    const series = await readSeries(clickhouse, [source], asked, sources);
    for (const each of asked)
      expect(series.counted(source, each)).toEqual(await plain(indicator, each.from, each.to, null));
  });
});
