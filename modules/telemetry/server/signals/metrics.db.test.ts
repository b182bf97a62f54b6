import { beforeAll, describe, expect, it } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { getSignals, listMetrics } from '../../contract.ts';
import { createEngine } from './engine.ts';
import { knownMetrics } from './metrics.ts';
import type { Reads } from './reads.ts';
import { serviceSignals } from './service-signals.ts';

let clickhouse: ClickHouse;
let reads: Reads;

/** `service, metric, kind, attributes, resource, values a minute`; ids by place. */
const series: [string, string, string, Record<string, string>, Record<string, string>, number[]][] = [
  ['shop/cart', 'nodejs.eventloop.utilization', 'gauge', {}, { 'host.name': '"h1"' }, [0.5, 0.7]],
  ['shop/cart', 'http.server.active_requests', 'sum', { 'http.request.method': '"GET"', n: '1' }, {}, [3]],
  ['shop/cart', 'http.server.active_requests', 'sum', { 'http.request.method': '"PUT"', n: '2' }, {}, [4]],
  ['agent', 'system.memory.utilization', 'gauge', { 'system.memory.state': '"used"' }, { 'host.name': '"h1"' }, [0.8]],
  ['shop/cart', 'system.memory.usage', 'gauge', { 'system.memory.state': '"used"' }, { 'host.name': '"h1"' }, [8]],
  ['shop/cart', 'system.memory.usage', 'gauge', { 'system.memory.state': '"free"' }, { 'host.name': '"h1"' }, [2]],
  [
    'shop/mail',
    'system.memory.utilization',
    'gauge',
    { 'system.memory.state': '"used"' },
    { 'host.name': '"h1"' },
    [0.8],
  ],
  ['agent', 'system.memory.utilization', 'gauge', { 'system.memory.state': '"used"' }, { 'host.name': '"h2"' }, [0.1]],
];

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  const map = (of: Record<string, string>): string =>
    `map(${Object.entries(of)
      .flat()
      .map((text) => `'${text}'`)
      .join(', ')})::Map(String, String)`;
  for (const [index, [service, metric, kind, attributes, resource, values]] of series.entries()) {
    await clickhouse.command(`INSERT INTO telemetry_series (day, series_id, metric, unit, kind, temporality, service, origin_id, resource, attributes, segment)
      SELECT '2026-11-22', ${index + 1}, '${metric}', '1', '${kind}', 'cumulative', '${service}', ${index}, ${map(resource)}, ${map(attributes)}, 1`);
    await clickhouse.command(
      `INSERT INTO telemetry_origins (day, origin_id, service, resource, segment) SELECT '2026-11-22', ${index}, '${service}', ${map(resource)}, 1`,
    );
    for (const [minute, value] of values.entries()) {
      await clickhouse.command(
        `INSERT INTO telemetry_samples (series_id, time, value, segment) SELECT ${index + 1}, toDateTime64('2026-11-22 11:3${minute}:30', 9, 'UTC'), ${value}, 1`,
      );
    }
  }
  reads = {
    engine: createEngine(clickhouse),
    clock: movableClock('2026-11-22T12:00:00Z'),
    config: { values: { spansDays: 8 } } as never,
    knowsService: async () => true,
  };
});

const ask = (query: Record<string, unknown>) =>
  knownMetrics(reads, listMetrics.query.parse(query)).then((page) => listMetrics.answer.parse(page));

describe('Metrics that were sent', () => {
  it('are listed by name with kind, series, services, attributes and their values, page by page', async () => {
    const first = await ask({ limit: 2 });
    const second = await ask({ limit: 2, cursor: first.next! });
    expect(
      [...first.items, ...second.items].map((metric) => [metric.name, metric.kind, metric.series, metric.services]),
    ).toEqual([
      ['http.server.active_requests', 'sum', 2, ['shop/cart']],
      ['nodejs.eventloop.utilization', 'gauge', 1, ['shop/cart']],
      ['system.memory.usage', 'gauge', 2, ['shop/cart']],
      ['system.memory.utilization', 'gauge', 3, ['agent', 'shop/mail']],
    ]);
    expect(first.items[0]!.attributes).toEqual([
      { name: 'http.request.method', values: ['GET', 'PUT'], more: false },
      { name: 'n', values: [1, 2], more: false },
    ]);
    expect((await ask({ service: 'agent', q: 'MEMORY' })).items).toHaveLength(1);
    expect((await ask({ from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' })).items).toEqual([]);
  });

  it('are listed long after the last point too, where nobody says a time', async () => {
    const later = { ...reads, clock: movableClock('2026-12-20T12:00:00Z') };
    const askLater = (query: Record<string, unknown>) => knownMetrics(later, listMetrics.query.parse(query));
    expect((await askLater({})).items.map((metric) => metric.lastDay)).toEqual(Array(4).fill('2026-11-22'));
    expect((await askLater({ to: '2026-12-20T12:00:00Z' })).items).toEqual([]);
  });

  it("become the saturation of the service, together with what an agent says of the service's own host", async () => {
    const { saturation } = await serviceSignals(
      reads,
      'shop/cart',
      getSignals.query.parse({ from: '2026-11-22T11:30:00Z', to: '2026-11-22T11:40:00Z', step: 60 }),
    );
    expect(saturation.map((each) => [each.resource, each.subject, each.unit, each.reportedBy, each.points])).toEqual([
      ['memory', 'host h1', 'ratio', ['agent', 'shop/mail'], [['2026-11-22T11:30:00Z', 0.8]]],
      [
        'event-loop',
        'runtime',
        'ratio',
        ['shop/cart'],
        [
          ['2026-11-22T11:30:00Z', 0.5],
          ['2026-11-22T11:31:00Z', 0.7],
        ],
      ],
    ]);
  });

  it('stand at every second step where the range has more stretches of two hours than one answer reads', async () => {
    await clickhouse.command(
      "INSERT INTO telemetry_samples (series_id, time, value, segment) SELECT 1, toDateTime64('2026-11-22 00:30:00', 9, 'UTC'), 0.25, 1",
    );
    const { saturation, stepSeconds } = await serviceSignals(
      reads,
      'shop/cart',
      getSignals.query.parse({ from: '2026-10-24T00:00:00Z', to: '2026-11-22T18:00:00Z', step: 21_600 }),
    );
    const eventLoop = saturation.find((each) => each.resource === 'event-loop')!;
    expect([stepSeconds, eventLoop.coverage, eventLoop.points]).toEqual([
      21_600,
      7_200 / 43_200,
      [['2026-11-22T00:00:00Z', 0.25]],
    ]);
  });
});
