import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { OtlpDecoder, signals } from '../../domain/otlp-decoder.ts';
import { protobufOfJson } from '../../domain/otlp-json.ts';
import { MalformedOtlp } from '../../domain/wire-reader.ts';
import { aLogsRequest, aMetricsRequest, encodeOtlp, nanosOf, realisticTraces, type Otlp } from './testing/otlp.ts';
import { testReceivers } from './testing/receivers.ts';

/** Mulberry32: the same dice every run, so that a failure can be repeated. */
const dice = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
};

const now = Temporal.Now.instant();
const time = { timeUnixNano: nanosOf(now), startTimeUnixNano: nanosOf(now) };
const requests: Record<(typeof signals)[number], Otlp> = {
  traces: realisticTraces(8, now),
  logs: aLogsRequest(
    Array.from({ length: 8 }, (_, index) => ({
      ...time,
      body: { kvlistValue: { values: [{ key: 'n', value: { intValue: String(index) } }] } },
    })),
  ),
  metrics: aMetricsRequest([
    {
      name: 'a',
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: [{ ...time, asInt: '4', exemplars: [{ ...time, asDouble: 1 }] }],
      },
    },
    {
      name: 'b',
      histogram: { dataPoints: [{ ...time, count: '3', sum: 4, bucketCounts: ['1', '2'], explicitBounds: [1] }] },
    },
    {
      name: 'c',
      exponentialHistogram: {
        dataPoints: [{ ...time, count: '3', positive: { offset: 1, bucketCounts: ['1', '2'] } }],
      },
    },
    { name: 'd', summary: { dataPoints: [{ ...time, count: '3', quantileValues: [{ quantile: 0.5, value: 2 }] }] } },
  ]),
};
const messages = { traces: 'TracesRequest', logs: 'LogsRequest', metrics: 'MetricsRequest' } as const;

/** Cuts, flips, repeats, inserts: what broken senders, links and attackers do to a body. */
const damage = (body: Uint8Array, roll: (below: number) => number): Uint8Array => {
  let bytes = Uint8Array.from(body);
  for (let times = 1 + roll(4); times > 0; times--) {
    const at = roll(bytes.length);
    const kind = roll(5);
    if (kind === 0) bytes = bytes.slice(0, at);
    else if (kind === 1) bytes[at] = roll(256);
    else if (kind === 2)
      bytes = Uint8Array.from([
        ...bytes.slice(0, at),
        ...Array.from({ length: roll(9) }, () => roll(256)),
        ...bytes.slice(at),
      ]);
    else if (kind === 3) bytes = Uint8Array.from([...bytes.slice(0, at), ...bytes.slice(at + roll(20))]);
    else bytes.fill(255, at, at + roll(10));
    if (bytes.length === 0) return bytes;
  }
  return bytes;
};

test.each(signals)(
  'three thousand damaged bodies of %s are decoded or refused as malformed, nothing else',
  (signal) => {
    const roll = dice(20_261_122);
    const body = encodeOtlp(messages[signal], requests[signal]);
    const decoder = new OtlpDecoder({ redactionRules: [] });
    const clean = decoder.decode({
      signal,
      bytes: body,
      nowSeconds: now.epochMilliseconds / 1_000,
      retentionDays: 8,
      request: 0,
    });
    let malformed = 0;
    for (let round = 0; round < 3_000; round++) {
      const bytes = damage(body, roll);
      try {
        const decoded = decoder.decode({
          signal,
          bytes,
          nowSeconds: now.epochMilliseconds / 1_000,
          retentionDays: 8,
          request: round,
        });
        expect(decoded.accepted).toBeGreaterThanOrEqual(0);
        expect(decoded.rows.reduce((sum, rows) => sum + rows.bytes.length, 0)).toBeLessThan(body.length * 64 + 4_096);
      } catch (error) {
        if (!(error instanceof MalformedOtlp)) throw new Error(`round ${round}: ${String(error)}`, { cause: error });
        malformed++;
      }
    }
    expect(malformed).toBeGreaterThan(500);
    const after = decoder.decode({
      signal,
      bytes: body,
      nowSeconds: now.epochMilliseconds / 1_000,
      retentionDays: 8,
      request: 1,
    });
    expect([after.accepted, after.rejected]).toEqual([clean.accepted, clean.rejected]);
  },
);

test('two thousand damaged JSON bodies are decoded or refused as malformed, nothing else', () => {
  const roll = dice(7);
  const text = Buffer.from(JSON.stringify(requests.metrics));
  for (let round = 0; round < 2_000; round++) {
    try {
      protobufOfJson(Buffer.from(damage(text, roll)).toString(), 'MetricsRequest');
    } catch (error) {
      if (!(error instanceof MalformedOtlp)) throw new Error(`round ${round}: ${String(error)}`, { cause: error });
    }
  }
});

test('over HTTP every damaged body gets an answer, and a good one after them is taken', async () => {
  const receivers = await testReceivers();
  const roll = dice(99);
  const body = encodeOtlp('TracesRequest', requests.traces);
  const statuses = new Set<number>();
  for (let round = 0; round < 300; round++) {
    const isZipped = roll(2) === 0;
    const bytes =
      isZipped && roll(2) === 0
        ? damage(gzipSync(body), roll)
        : isZipped
          ? gzipSync(damage(body, roll))
          : damage(body, roll);
    const answer = await receivers.post('traces', bytes, {
      'content-type': 'application/x-protobuf',
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    });
    statuses.add(answer.status);
  }
  expect([...statuses].toSorted()).toEqual([200, 400]);
  expect((await receivers.post('traces', body)).status).toBe(200);
  await receivers.stop();
});
