import { expect, test } from 'vitest';
import {
  aMetricsRequest,
  anOtlpSpan,
  attributesOf,
  aTracesRequest,
  encodeOtlp,
  nanosOf,
} from '../server/receive/testing/otlp.ts';
import { CardinalityGuard, cardinalityLimits, type CardinalityDimension } from './cardinality.ts';
import { textHash } from './decode-origin.ts';
import { OtlpDecoder } from './otlp-decoder.ts';

const small = { ...cardinalityLimits, operation: 10, value: 20, series: 50 };
const admit = (guard: CardinalityGuard, name: string, dimension: CardinalityDimension = 'operation', group = 'cart') =>
  guard.admit(dimension, textHash(group), textHash(name));
const names = (count: number, prefix = 'n') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

test('the first names to come keep their name, further ones are folded, each group by itself', () => {
  const guard = new CardinalityGuard(small);
  expect(names(15).map((name) => admit(guard, name))).toEqual([...Array(10).fill(true), ...Array(5).fill(false)]);
  expect(admit(guard, 'n3')).toBe(true);
  expect(admit(guard, 'n12')).toBe(false);
  expect(admit(guard, 'n12', 'operation', 'payment')).toBe(true);
  expect(admit(guard, 'n12', 'neighbour')).toBe(true);
});

test('a name that was not seen for a whole day makes room; one that is seen daily stays', () => {
  const guard = new CardinalityGuard(small);
  guard.rotate(100);
  for (const name of names(10)) admit(guard, name);
  guard.rotate(101);
  expect(admit(guard, 'n0')).toBe(true);
  guard.rotate(102);
  expect([admit(guard, 'n0'), admit(guard, 'n1'), admit(guard, 'new')]).toEqual([true, true, true]);
  guard.rotate(200);
  expect(names(10, 'later').every((name) => admit(guard, name))).toBe(true);
});

test('guards of several threads agree after they told each other', () => {
  const [one, other] = [new CardinalityGuard(small), new CardinalityGuard(small)];
  for (const name of names(10)) admit(one, name);
  other.learn(one.takeAdmissions());
  expect([admit(other, 'n4'), admit(other, 'fresh')]).toEqual([true, false]);
});

test('a million values cost a bounded amount of memory', () => {
  const guard = new CardinalityGuard({ ...cardinalityLimits, members: 1_000 });
  const admitted = names(1_000_000).filter((name, index) =>
    admit(guard, name, 'value', `group${index % 5_000}`),
  ).length;
  expect(admitted).toBe(1_000);
  expect(guard.takeAdmissions().length).toBeLessThan(50_000);
});

const now = Temporal.Now.instant();
const decode = (decoder: OtlpDecoder, signal: 'traces' | 'metrics', bytes: Uint8Array) =>
  decoder.decode({ signal, bytes, nowSeconds: now.epochMilliseconds / 1_000, retentionDays: 8, request: 1 });

test('a service with too many operations: further ones are kept with their name and counted as _other, and people are told', () => {
  const spans = names(30).map((name) => anOtlpSpan({ name }));
  const decoded = decode(
    new OtlpDecoder({ redactionRules: [], limits: small }),
    'traces',
    encodeOtlp('TracesRequest', aTracesRequest(spans)),
  );
  expect([decoded.accepted, decoded.rejected]).toEqual([30, 0]);
  expect(decoded.notices).toEqual([{ code: 'operation-folded', service: 'cart', detail: '', count: 20 }]);
});

test('a metric with a label of endless values becomes a bounded number of series', () => {
  const decoder = new OtlpDecoder({ redactionRules: [], limits: small });
  let series = 0;
  let points = 0;
  for (let round = 0; round < 20; round++) {
    const dataPoints = names(200, `r${round}-`).map((user) => ({
      timeUnixNano: nanosOf(now),
      asInt: '1',
      attributes: attributesOf({ user, region: `eu-${user.length}` }),
    }));
    const decoded = decode(
      decoder,
      'metrics',
      encodeOtlp(
        'MetricsRequest',
        aMetricsRequest([{ name: 'logins', sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints } }]),
      ),
    );
    const count = (table: string) => decoded.rows.find((rows) => rows.table === table)?.count ?? 0;
    decoder.confirm(1);
    series += count('telemetry_series');
    points += count('telemetry_samples');
    if (round > 0) expect(decoded.notices.map(({ code }) => code)).toContain('attribute-folded');
  }
  expect(points).toBe(4_000);
  expect(series).toBeLessThanOrEqual(small.series + 1);
});
