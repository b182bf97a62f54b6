import { describe, expect, it } from 'vitest';
import type { Signals } from '../contract.ts';
import { bigNumbersOf } from './signal-words.ts';

const totals = {
  requests: 3_600,
  errors: 36,
  requestsPerSecond: 1,
  errorRatio: 0.01,
  p50Ms: 12,
  p90Ms: 50,
  p99Ms: 140,
  p999Ms: 300,
};
const nothing = {
  requests: null,
  errors: null,
  requestsPerSecond: null,
  errorRatio: null,
  p50Ms: null,
  p90Ms: null,
  p99Ms: null,
  p999Ms: null,
};
const curves = { latency: { p50: [], p90: [], p99: [], p999: [] }, traffic: [], errors: [] };
const someSignals = (over: Partial<Signals> = {}): Signals => ({
  service: 'shop/cart',
  environment: null,
  operation: null,
  version: null,
  from: '2026-11-22T09:00:00Z',
  to: '2026-11-22T10:00:00Z',
  stepSeconds: 10,
  totals,
  ...curves,
  saturation: [],
  latencyErrorBound: 0.01,
  latencyBuckets: [],
  compare: null,
  ...over,
});
const before = (over: Partial<typeof totals>): Signals['compare'] => ({
  from: '2026-11-15T09:00:00Z',
  to: '2026-11-15T10:00:00Z',
  totals: { ...totals, ...over },
  ...curves,
});
const tile = (signals: Signals, label: string) => bigNumbersOf(signals).find((number) => number.label === label);

describe('the big numbers say what they are compared with', () => {
  it('never shows nothing as zero', () => {
    expect(bigNumbersOf(someSignals({ totals: nothing })).map((number) => number.value)).toEqual([
      '–',
      '–',
      '–',
      '–',
      '–',
    ]);
  });

  it.each([
    ['as bad as last week', { errorRatio: 0.01 }, undefined],
    ['worse than last week', { errorRatio: 0.002 }, 'warn'],
    ['better than last week', { errorRatio: 0.04 }, undefined],
  ])('errors %s', (_, then, state) =>
    expect(tile(someSignals({ compare: before(then) }), 'Failed')?.state).toBe(state),
  );

  it('calls five percent of failures bad', () => {
    expect(tile(someSignals({ totals: { ...totals, errorRatio: 0.2 } }), 'Failed')?.state).toBe('bad');
  });

  it('warns of latency half again as high', () => {
    expect(tile(someSignals({ compare: before({ p99Ms: 80 }) }), 'Latency, p99')).toMatchObject({ state: 'warn' });
    expect(tile(someSignals({ compare: before({ p99Ms: 138 }) }), 'Latency, p99')).toMatchObject({
      note: 'as last week',
    });
  });

  it('names the fullest resource', () => {
    const saturation = [0.4, 0.96].map((value, at) => ({
      resource: at === 0 ? 'cpu' : 'connection-pool',
      subject: at === 0 ? '' : 'orders',
      unit: 'ratio',
      metric: '',
      source: '',
      reportedBy: ['shop'],
      coverage: 1,
      points: [['2026-11-22T09:59:50Z', value] as [string, number]],
    }));
    expect(tile(someSignals({ saturation }), 'Fullest resource')).toMatchObject({
      note: 'Connection pool orders',
      state: 'bad',
    });
  });
});
