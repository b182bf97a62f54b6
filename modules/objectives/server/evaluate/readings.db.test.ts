import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { addRandomTraffic, deriveCounts, makeRawTable } from './testing/traffic.ts';
import { readAll, type Asked } from './readings.ts';
import { createSettledSlices } from './settled-slices.ts';
import { lastSeen, type SliceRule } from './signals.ts';
import { sourcesAt, windowEdge, windowsEnd } from './window-plan.ts';

/** 2026-11-22T12:34:56Z */
const now = Date.parse('2026-11-22T12:34:56Z') / 1_000;
const indicators = 4;
const day = 86_400;
const minutes = [5, 30, 37, 60, 120, 121, 360, 1_440, 4_320, 10_080, 40_320];

let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'objectives', folder: new URL('../migrations/', import.meta.url) }]);
  await makeRawTable(clickhouse);
  await addRandomTraffic(clickhouse, { indicators, from: now - 29 * day, to: now, events: 200_000 });
  await deriveCounts(clickhouse, { revision: 1, tenSecondsFrom: now - 8 * 3_600 });
  // More came late, up to the running second, and everything of the last hours was counted anew.
  await addRandomTraffic(clickhouse, { indicators, from: now - 2 * 3_600, to: now, events: 20_000 });
  await deriveCounts(clickhouse, { revision: 2, from: now - 3 * 3_600 });
});

/** What the raw events say, without any rollup. */
const plainEvents = async (indicator: number, from: number, to: number) => {
  const [row] = await clickhouse.query<{ good: string; bad: string; minutes: string }>(
    `-- A plain count over the events.
     SELECT countIf(raw_events.bad = 0) AS good, countIf(raw_events.bad = 1) AS bad, uniqExact(intDiv(toUInt32(at), 60)) AS minutes FROM raw_events
     WHERE indicator = ${indicator} AND at >= toDateTime(${from}, 'UTC') AND at < toDateTime(${to}, 'UTC')`,
  );
  return { good: Number(row!.good), bad: Number(row!.bad), minutes: Number(row!.minutes) };
};

const plainSlices = async (indicator: number, from: number, to: number, rule: SliceRule) => {
  const rows = await clickhouse.query<{ good: string; total: string }>(
    `-- Each slice with its events.
     SELECT countIf(bad = 0) AS good, count() AS total FROM raw_events
     WHERE indicator = ${indicator} AND at >= toDateTime(${from}, 'UTC') AND at < toDateTime(${to}, 'UTC') GROUP BY intDiv(toUInt32(at), ${rule.seconds})`,
  );
  const slices = rows.map((row) => ({ good: Number(row.good), bad: Number(row.total) - Number(row.good) }));
  const bad = slices.reduce((sum, { good, bad: failed }) => {
    // Rounded in floating point: a second way to the same billionths.
    if (rule.targetPpm === null) return sum + Math.round((failed / (good + failed)) * 1e9);
    return sum + (good / (good + failed) < rule.targetPpm! / 1e6 ? 1 : 0);
  }, 0);
  return {
    good: rows.length * (rule.targetPpm === null ? 1e9 : 1) - bad,
    bad,
    minutes: (rows.length * rule.seconds) / 60,
  };
};

const cases = [
  { name: 'now', at: now, end: Math.floor(now / 10) * 10 + 10 },
  { name: 'two hours ago, on ten seconds', at: now - 7_200 + 7, end: Math.floor((now - 7_200 + 7) / 10) * 10 },
  { name: 'on a whole hour', at: Math.floor(now / 3_600) * 3_600, end: Math.floor(now / 3_600) * 3_600 },
  { name: 'nine days ago, on a minute', at: now - 9 * day, end: Math.floor((now - 9 * day) / 60) * 60 },
];

describe.each(cases)('windows that end $name', ({ at, end }) => {
  it('hold exactly the events of their time, and the minutes with events', async () => {
    const sources = sourcesAt(now);
    const to = windowsEnd(at, now);
    expect(to).toBe(end);
    const asked: Asked[] = [1, 2, 3, 4].flatMap((indicator) =>
      minutes.map((length) => ({
        source: { indicators: [indicator], rule: null },
        from: to - length * 60,
        rolling: true,
      })),
    );
    const readings = await readAll(clickhouse, asked, { to, sources });
    for (const each of asked) {
      const from = windowEdge(each.from, to, sources);
      expect({ ...each, ...readings.counted(each.source, each) }).toEqual({
        ...each,
        ...(await plainEvents(each.source.indicators[0]!, from, to)),
      });
    }
    // Short windows of the present begin on ten seconds, all others on the minute at or before.
    for (const each of asked) expect(each.from - windowEdge(each.from, to, sources)).toBeLessThan(60);
  });

  it.each([
    { seconds: 60, targetPpm: 950_000 },
    { seconds: 300, targetPpm: 980_000 },
    { seconds: 420, targetPpm: 980_000 },
    { seconds: 7_200, targetPpm: 980_000 },
    { seconds: 300, targetPpm: null },
  ])('hold exactly their slices of $seconds s, target $targetPpm', async (rule) => {
    const sources = sourcesAt(now);
    const to = windowsEnd(at, now);
    const asked: Asked[] = [1, 3].flatMap((indicator) =>
      [60, 1_440, 40_320].map((length) => ({
        source: { indicators: [indicator], rule },
        from: to - length * 60,
        rolling: length < 2_000,
      })),
    );
    const readings = await readAll(clickhouse, asked, { to, sources });
    // Remembered hours and fresh ends make the same as everything read at once, the first time and the next.
    const settled = createSettledSlices(clickhouse, { monotonicMs: () => 0 });
    for (let turn = 0; turn < 2; turn += 1) {
      const again = await readAll(clickhouse, asked, { to, sources }, {}, settled);
      for (const each of asked) expect(again.counted(each.source, each)).toEqual(readings.counted(each.source, each));
    }
    for (const each of asked) {
      // Only slices that are over; a rolling window always holds the same number of them.
      const over = Math.floor(to / rule.seconds) * rule.seconds;
      const from = each.rolling
        ? over - Math.max(1, Math.round((to - each.from) / rule.seconds)) * rule.seconds
        : Math.ceil(each.from / rule.seconds) * rule.seconds;
      expect({ ...each, ...readings.counted(each.source, each) }).toEqual({
        ...each,
        ...(await plainSlices(each.source.indicators[0]!, from, over, rule)),
      });
    }
  });
});

it('slices of several indicators are one: bad where any of them is', async () => {
  const to = windowsEnd(now, now);
  const rule = { seconds: 300, targetPpm: 980_000 };
  const together = { indicators: [1, 3], rule };
  const asked: Asked[] = [{ indicators: [1], rule }, together].map((source) => ({
    source,
    from: to - day,
    rolling: true,
  }));
  const readings = await readAll(clickhouse, asked, { to, sources: sourcesAt(now) });
  const over = Math.floor(to / 300) * 300;
  const rows = await clickhouse.query<{ slice: number; good: string; total: string }>(
    `-- Each slice of each of them.
     SELECT intDiv(toUInt32(at), 300) AS slice, countIf(bad = 0) AS good, count() AS total FROM raw_events
     WHERE indicator IN (1, 3) AND at >= toDateTime(${over - day}, 'UTC') AND at < toDateTime(${over}, 'UTC') GROUP BY slice, indicator`,
  );
  const slices = Map.groupBy(rows, ({ slice }) => slice);
  const bad = [...slices.values()].filter((each) =>
    each.some((row) => Number(row.good) / Number(row.total) < 0.98),
  ).length;
  expect(bad).toBeGreaterThan(0);
  expect(readings.counted(together, asked[1]!)).toEqual({ good: slices.size - bad, bad, minutes: slices.size * 5 });
  expect(readings.counted(asked[0]!.source, asked[0]!)).toEqual(await plainSlices(1, over - day, over, rule));
});

it('more windows than one statement takes are read by several, with the same counts', async () => {
  const sources = sourcesAt(now);
  const to = windowsEnd(now, now);
  const asked: Asked[] = Array.from({ length: 40 }, (_, index) => ({
    source: { indicators: [2], rule: null },
    from: to - (index + 1) * 530,
    rolling: true,
  }));
  const readings = await readAll(clickhouse, asked, { to, sources });
  for (const each of asked)
    expect(readings.counted(each.source, each)).toEqual(
      await plainEvents(each.source.indicators[0]!, windowEdge(each.from, to, sources), to),
    );
});

it('the last event of an indicator is found, to ten seconds where those are kept', async () => {
  for (const end of [windowsEnd(now, now), Math.floor((now - 9 * day) / 60) * 60]) {
    const found = await lastSeen(clickhouse, [1, 2, 3, 4, 77], { to: end, sources: sourcesAt(now) });
    const unit = end > now - 3_600 ? 10 : 60;
    const rows = await clickhouse.query<{ indicator: number; last: number }>(
      `-- The last event of each.
       SELECT indicator, toUInt32(max(at)) AS last FROM raw_events WHERE at < toDateTime(${end}, 'UTC') GROUP BY indicator`,
    );
    expect(found).toEqual(new Map(rows.map((row) => [row.indicator, (Math.floor(row.last / unit) + 1) * unit])));
  }
});

it('the last event of what is counted by the minute only is its newest minute, not its hour', async () => {
  const last = Math.floor((now - 1_500) / 60) * 60;
  await clickhouse.command(`-- As an outside source is counted.
    INSERT INTO objectives_counts_minute (bucket, indicator, good, bad, revision)
    SELECT toDateTime(${last - 60} + number * 60, 'UTC'), 88, 5, 0, 1 FROM numbers(2)`);
  await clickhouse.command(`-- Its hour.
    INSERT INTO objectives_counts_hour (bucket, indicator, good, bad, minutes, revision)
    SELECT toStartOfHour(toDateTime(${last}, 'UTC')), 88, 10, 0, 2, 1`);
  const found = await lastSeen(clickhouse, [88], { to: windowsEnd(now, now), sources: sourcesAt(now) });
  expect(found).toEqual(new Map([[88, last + 60]]));
});

it('an indicator without events counts nothing', async () => {
  const to = windowsEnd(now, now);
  const asked: Asked = { source: { indicators: [77], rule: null }, from: to - 3_600, rolling: true };
  const readings = await readAll(clickhouse, [asked], { to, sources: sourcesAt(now) });
  expect(readings.counted(asked.source, asked)).toEqual({ good: 0, bad: 0, minutes: 0 });
});
