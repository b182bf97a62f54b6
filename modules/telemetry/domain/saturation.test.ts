import { describe, expect, it } from 'vitest';
import { saturationRules } from './saturation-rules.ts';
import { saturationFrom, type MeasuredSeries } from './saturation.ts';

const step = 60;
const series = (
  metric: string,
  values: readonly (number | null)[],
  given: Partial<MeasuredSeries> = {},
): MeasuredSeries => ({
  metric,
  unit: '1',
  instance: 'one',
  service: 'shop',
  host: '',
  attributes: {},
  temporality: 'unspecified',
  steps: values.flatMap((value, index) =>
    value === null
      ? []
      : [{ start: index * step, mean: value, last: value, lastSecond: index * step + 50, sum: value }],
  ),
  ...given,
});
const points = (measured: readonly MeasuredSeries[]) =>
  saturationFrom(measured, step).map(({ resource, subject, unit, points: all }) => ({
    resource,
    subject,
    unit,
    values: all.map(([start, value]) => [start / step, Number(value.toFixed(6))]),
  }));

describe('Saturation is told only from what was sent', () => {
  it('has nothing to say without metrics', () => expect(saturationFrom([], step)).toEqual([]));

  it('leaves out steps in which nothing came', () =>
    expect(points([series('nodejs.eventloop.utilization', [0.1, null, 0.3])])).toEqual([
      {
        resource: 'event-loop',
        subject: 'runtime',
        unit: 'ratio',
        values: [
          [0, 0.1],
          [2, 0.3],
        ],
      },
    ]));

  it('shows usage in its own unit where no limit was sent, and a share where one was', () => {
    const used = series('v8js.memory.heap.used', [50, 60], {
      unit: 'By',
      attributes: { 'v8js.heap.space.name': 'old' },
    });
    const more = series('v8js.memory.heap.used', [10, 20], {
      unit: 'By',
      attributes: { 'v8js.heap.space.name': 'new' },
    });
    expect(points([used, more])).toEqual([
      {
        resource: 'memory',
        subject: 'runtime',
        unit: 'By',
        values: [
          [0, 60],
          [1, 80],
        ],
      },
    ]);
    const limit = series('v8js.memory.heap.limit', [100, 160], { unit: 'By' });
    expect(points([used, more, limit])).toEqual([
      {
        resource: 'memory',
        subject: 'runtime',
        unit: 'ratio',
        values: [
          [0, 0.6],
          [1, 0.5],
        ],
      },
    ]);
  });

  it('tells pools apart and counts only used connections', () => {
    const count = (pool: string, state: string, value: number) =>
      series('db.client.connection.count', [value], {
        attributes: { 'db.client.connection.pool.name': pool, 'db.client.connection.state': state },
      });
    const max = (pool: string, value: number) =>
      series('db.client.connection.max', [value], { attributes: { 'db.client.connection.pool.name': pool } });
    expect(
      points([count('a', 'used', 8), count('a', 'idle', 2), max('a', 10), count('b', 'used', 1), max('b', 4)]),
    ).toEqual([
      { resource: 'connection-pool', subject: 'pool a', unit: 'ratio', values: [[0, 0.8]] },
      { resource: 'connection-pool', subject: 'pool b', unit: 'ratio', values: [[0, 0.25]] },
    ]);
  });

  it('tells the fullest of several instances', () =>
    expect(
      points([
        series('process.cpu.utilization', [0.2, 0.9]),
        series('process.cpu.utilization', [0.5, 0.1], { instance: 'two' }),
      ])[0]!.values,
    ).toEqual([
      [0, 0.5],
      [1, 0.9],
    ]));

  it('adds the modes of one process', () => {
    const mode = (name: string, value: number) =>
      series('process.cpu.utilization', [value], { attributes: { 'cpu.mode': name } });
    expect(points([mode('user', 0.3), mode('system', 0.1)])[0]!.values).toEqual([[0, 0.4]]);
  });

  it('makes busy out of idle, averaged over the processors', () => {
    const cpu = (state: string, value: number, number: string) =>
      series('system.cpu.utilization', [value], { attributes: { 'cpu.mode': state, 'cpu.logical_number': number } });
    expect(
      points([cpu('idle', 0.8, '0'), cpu('user', 0.2, '0'), cpu('idle', 0.4, '1'), cpu('user', 0.6, '1')])[0],
    ).toEqual({ resource: 'cpu', subject: 'host', unit: 'ratio', values: [[0, 0.4]] });
  });

  it('shows a host once, though two services report it and each by two metrics, and two hosts apart', () => {
    const cpu = (service: string, host: string, idle: number) => {
      const given = { service, host, instance: service, attributes: { 'system.cpu.state': 'idle' } };
      const time = [0, 1, 2].map((at) => at * step * idle);
      return [
        series('system.cpu.time', time, { ...given, unit: 's', temporality: 'cumulative' }),
        series('system.cpu.utilization', [idle, idle, idle], given),
      ];
    };
    const found = saturationFrom(
      [...cpu('cart', 'web-1', 0.6), ...cpu('agent', 'web-1', 0.6), ...cpu('cart', 'web-2', 0.9)],
      step,
    );
    expect(
      found.map((each) => [each.subject, each.metric, each.reportedBy, each.points.at(-1)![1].toFixed(2)]),
    ).toEqual([
      ['host web-1', 'system.cpu.utilization', ['agent', 'cart'], '0.40'],
      ['host web-2', 'system.cpu.utilization', ['cart'], '0.10'],
    ]);
  });

  it('takes the used share of all states where only amounts were sent', () => {
    const state = (name: string, value: number) =>
      series('system.filesystem.usage', [value], {
        unit: 'By',
        attributes: { 'system.filesystem.state': name, 'system.filesystem.mountpoint': '/' },
      });
    expect(points([state('used', 30), state('free', 60), state('reserved', 10)])).toEqual([
      { resource: 'disk', subject: 'host /', unit: 'ratio', values: [[0, 0.3]] },
    ]);
  });

  it('reads counters as growth a second, also over a restart, and never over a long silence', () => {
    const counter = series('process.cpu.time', [100, 130, 15, null, 45], { unit: 's', temporality: 'cumulative' });
    expect(points([counter])[0]).toEqual({
      resource: 'cpu',
      subject: 'process',
      unit: '{cpu}',
      values: [
        [1, 0.5],
        [2, 0.25],
        [4, 0.25],
      ],
    });
    const silent = {
      ...series('process.cpu.time', [1], { temporality: 'cumulative' }),
      steps: [
        { start: 0, mean: 1, last: 1, lastSecond: 0, sum: 1 },
        { start: 7_200, mean: 9, last: 9, lastSecond: 7_200, sum: 9 },
      ],
    };
    expect(saturationFrom([silent], step)).toEqual([]);
  });

  it('adds up deltas', () =>
    expect(points([series('dotnet.gc.pause.time', [6, 3], { unit: 's', temporality: 'delta' })])[0]).toEqual({
      resource: 'garbage-collection',
      subject: 'runtime',
      unit: 'ratio',
      values: [
        [0, 0.1],
        [1, 0.05],
      ],
    }));

  it('names the page of the convention for every rule', () => {
    for (const rule of saturationRules) expect(rule.source).toMatch(/^https:\/\//);
    expect(new Set(saturationRules.map((rule) => rule.metric)).size).toBe(saturationRules.length);
  });
});
