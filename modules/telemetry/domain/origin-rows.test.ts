import { expect, test } from 'vitest';
import { aMetricsRequest, anOtlpSpan, aTracesRequest, encodeOtlp, nanosOf } from '../server/receive/testing/otlp.ts';
import { OtlpDecoder, type Signal } from './otlp-decoder.ts';

const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const aDayLater = now.add({ hours: 24 });
let request = 0;

/** Tables that get rows from one request, and the number to confirm it by. */
const send = (decoder: OtlpDecoder, at: Temporal.Instant, signal: Signal = 'traces'): [number, string[]] => {
  const point = { timeUnixNano: nanosOf(at), asInt: '1' };
  const bytes =
    signal === 'traces'
      ? encodeOtlp('TracesRequest', aTracesRequest([anOtlpSpan({ end: at })]))
      : encodeOtlp('MetricsRequest', aMetricsRequest([{ name: 'm', gauge: { dataPoints: [point] } }]));
  request++;
  const { rows } = decoder.decode({
    signal,
    bytes,
    nowSeconds: at.epochMilliseconds / 1_000,
    retentionDays: 8,
    request,
  });
  return [request, rows.map(({ table }) => table).toSorted()];
};

test('the row that explains a resource comes with every request until one is safe, and anew each day', () => {
  const decoder = new OtlpDecoder({ redactionRules: [] });
  const both = ['telemetry_origins', 'telemetry_spans'];
  const [first, tables] = send(decoder, now);
  expect(tables).toEqual(both);
  const [second, whileUnsure] = send(decoder, now);
  expect(whileUnsure).toEqual(both);
  decoder.forget(first);
  expect(send(decoder, now)[1]).toEqual(both);
  decoder.confirm(second);
  expect(send(decoder, now)[1]).toEqual(['telemetry_spans']);
  expect(send(decoder, aDayLater)[1]).toEqual(both);
});

test('the row that explains a series too', () => {
  const decoder = new OtlpDecoder({ redactionRules: [] });
  const [first, tables] = send(decoder, now, 'metrics');
  expect(tables).toEqual(['telemetry_origins', 'telemetry_samples', 'telemetry_series']);
  decoder.confirm(first);
  expect(send(decoder, now, 'metrics')[1]).toEqual(['telemetry_samples']);
  expect(send(decoder, aDayLater, 'metrics')[1]).toEqual(tables);
});

test('nothing of a malformed request is kept, not even what it explained', () => {
  const decoder = new OtlpDecoder({ redactionRules: [] });
  const bytes = encodeOtlp('TracesRequest', aTracesRequest([anOtlpSpan({ end: now })]));
  const broken = { signal: 'traces', bytes: bytes.slice(0, -2), nowSeconds: now.epochMilliseconds / 1_000 } as const;
  expect(() => decoder.decode({ ...broken, retentionDays: 8, request: 900 })).toThrow(/are left at byte/);
  decoder.confirm(900);
  expect(send(decoder, now)[1]).toEqual(['telemetry_origins', 'telemetry_spans']);
});
