import { beforeAll, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { slotsOf } from './moving-sums.ts';
import { createSettledCounts, type RecountMarks, type SettledCounts } from './settled-counts.ts';
import { addRandomTraffic, deriveCounts, makeRawTable } from './testing/traffic.ts';
import { sourcesAt, windowEdge, windowsEnd } from './window-plan.ts';

/** 2026-11-22T12:34:56Z */
const start = Date.parse('2026-11-22T12:34:56Z') / 1_000;
const day = 86_400;
const lengths = [2, 5, 30, 37, 60, 120, 121, 360, 1_440, 4_320, 40_320];
const slots = slotsOf([1, 2, 4]);
let clickhouse: ClickHouse;
let marks: RecountMarks = { recent: '1', old: '1' };
let revision = 1;

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'objectives', folder: new URL('../migrations/', import.meta.url) }]);
  await makeRawTable(clickhouse);
  // To three hours from now: reads end at their instant.
  await addRandomTraffic(clickhouse, { indicators: 4, from: start - 29 * day, to: start + 3 * 3_600, events: 300_000 });
  await deriveCounts(clickhouse, { revision, tenSecondsFrom: start - 8 * 3_600 });
});

const countedAt = async (settled: SettledCounts, now: number) => {
  const [to, sources] = [windowsEnd(now, now), sourcesAt(now)];
  const edges = lengths.map((minutes) => windowEdge(to - minutes * 60, to, sources));
  const asked = { edges, to, sources, slots, windows: 'all', recounts: marks };
  const sums = await settled.read(asked, {});
  const found = edges.flatMap((_edge, window) =>
    slots.indicators.map((_indicator, slot) => {
      const at = window * slots.indicators.length + slot;
      return `${sums.good[at]} good, ${sums.bad[at]} bad, ${sums.minutes[at]} minutes`;
    }),
  );
  const rows = await clickhouse.query<{ indicator: number; sums: [string, string, string][] }>(
    `-- Every window counted plainly over the events.
     SELECT indicator, [${edges
       .map(
         (edge) =>
           `(toString(countIf(raw_events.bad = 0 AND at >= ${edge})), toString(countIf(raw_events.bad = 1 AND at >= ${edge})), toString(uniqExactIf(intDiv(toUInt32(at), 60), at >= ${edge})))`,
       )
       .join(', ')}] AS sums
     FROM raw_events WHERE at >= toDateTime(${edges.at(-1)!}, 'UTC') AND at < toDateTime(${to}, 'UTC') GROUP BY indicator`,
  );
  const truth = edges.flatMap((_edge, window) =>
    slots.indicators.map((indicator) => {
      const [good, bad, minutes] = rows.find((row) => row.indicator === indicator)!.sums[window]!;
      return `${good} good, ${bad} bad, ${minutes} minutes`;
    }),
  );
  return { found, truth };
};

it('sums that move with the clock are those of the events, in each window and at each instant', async () => {
  const settled = createSettledCounts(clickhouse, { monotonicMs: () => 0 });
  for (const later of [0, 4, 10, 20, 64, 70, 124, 600, 1_504, 1_514, 3_000, 6_600, 6_660, 6_650, 3_000, 9_000]) {
    const { found, truth } = await countedAt(settled, start + later);
    expect(found).toEqual(truth);
  }
});

it.each([
  { age: '20 minutes', seconds: 1_200, moved: (before: RecountMarks) => ({ ...before, recent: `${before.recent}+` }) },
  { age: 'five hours', seconds: 18_000, moved: (before: RecountMarks) => ({ ...before, old: `${before.old}+` }) },
])('events that come $age late are in the very next sums when their recount was told', async ({ seconds, moved }) => {
  const settled = createSettledCounts(clickhouse, { monotonicMs: () => 0 });
  await countedAt(settled, start);
  const from = start - seconds;
  await addRandomTraffic(clickhouse, { indicators: 4, from, to: from + 120, events: 4_000 });
  revision += 1;
  await deriveCounts(clickhouse, { revision, from: from - 3_600, tenSecondsFrom: start - 8 * 3_600 });
  const untold = await countedAt(settled, start + 10);
  expect(untold.found).not.toEqual(untold.truth);
  marks = moved(marks);
  const told = await countedAt(settled, start + 20);
  expect(told.found).toEqual(told.truth);
});

it('what nobody told of is read again after ten minutes all the same', async () => {
  let nowMs = 0;
  const settled = createSettledCounts(clickhouse, { monotonicMs: () => nowMs });
  await countedAt(settled, start);
  await addRandomTraffic(clickhouse, { indicators: 4, from: start - 3 * day, to: start - 3 * day + 60, events: 4_000 });
  revision += 1;
  await deriveCounts(clickhouse, { revision, from: start - 3 * day - 3_600, tenSecondsFrom: start - 8 * 3_600 });
  nowMs += 10 * 60_000;
  const { found, truth } = await countedAt(settled, start + 600);
  expect(found).toEqual(truth);
});
