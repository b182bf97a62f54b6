import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock, type MovableClock } from '../../../../platform/clock/clock.ts';
import { createLog } from '../../../../platform/log/log.ts';
import { aSpan, bodyHash, rowsOfSpans, type SpanFixture } from './fixtures.ts';
import type { Seen } from './seen.ts';
import { startKeep, type KeepOptions, type RunningKeep } from './start-keep.ts';
import { readStructures } from './structures.ts';

let clickhouse: ClickHouse;
let structure: string;
let folder: string;
let clock: MovableClock;
let seen: Seen[];
let tests = 0;
const running = new Set<RunningKeep>();

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  structure = (await readStructures(clickhouse)).columns['telemetry_spans']!;
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadline-keep-'));
  // Each test in milliseconds of its own: numbers of segments begin with them, and a new log knows of no other.
  clock = movableClock(Temporal.Instant.from('2026-11-22T10:11:00Z').add({ milliseconds: (tests += 1) * 100 }));
  seen = [];
});
afterEach(async () => {
  for (const keep of running) await keep.stop();
  running.clear();
  await rm(folder, { recursive: true, force: true });
});

const start = async (overrides: Partial<KeepOptions> = {}): Promise<RunningKeep> => {
  const keep = await startKeep({
    folder,
    clickhouse,
    clock,
    log: createLog('silent'),
    metrics: new Registry(),
    diskReserveMb: 16,
    retention: { spans: 8, logs: 14, metrics: 35, rollups: 400 },
    cluster: null,
    seen: async (one) => void seen.push(one),
    limits: { stopMs: 10_000 },
    ...overrides,
  });
  running.add(keep);
  return keep;
};
const stop = async (keep: RunningKeep): Promise<void> => {
  running.delete(keep);
  await keep.stop();
};
/** Each test counts by a service of its own, so that they share one database. */
const send = (keep: RunningKeep, body: string, spans: readonly SpanFixture[]) =>
  keep.append({ rows: rowsOfSpans(structure, spans), bodyHash: bodyHash(body) });
const stored = async (service: string): Promise<number> => {
  const [row] = await clickhouse.query<{ count: string }>(
    '-- Spans of a test.\nSELECT count() AS count FROM telemetry_spans WHERE service = {service:String}',
    { params: { service } },
  );
  return Number(row!.count);
};
const counted = async (service: string, level: string): Promise<{ requests: number; errors: number }> => {
  const [row] = await clickhouse.query<{ requests: string; errors: string }>(
    `-- Counts of a test.\nSELECT sum(requests) AS requests, sum(errors) AS errors FROM telemetry_services_${level} FINAL WHERE service = {service:String}`,
    { params: { service } },
  );
  return { requests: Number(row!.requests), errors: Number(row!.errors) };
};
/** A ClickHouse whose inserts fail after (or before) they took effect, as a broken connection makes them look. */
const failing = (times: number, when: 'before' | 'after'): ClickHouse => {
  let left = times;
  return {
    ...clickhouse,
    insert: async (options) => {
      if (left > 0 && when === 'before' && left-- > 0) throw new Error('socket hang up');
      await clickhouse.insert(options);
      if (left > 0 && left-- > 0) throw new Error('socket hang up');
    },
  };
};

/** A ClickHouse that takes one insert, and to which there is no connection from then on. */
const goneAfterAnInsert = (): ClickHouse => {
  let gone = false;
  const orGone = <Result>(ask: () => Promise<Result>): Promise<Result> =>
    gone ? Promise.reject(new Error('socket hang up')) : ask();
  return {
    ...clickhouse,
    query: (text, options) => orGone(() => clickhouse.query(text, options)),
    insert: (options) =>
      orGone(async () => {
        await clickhouse.insert(options);
        gone = true;
        throw new Error('socket hang up');
      }),
  };
};

describe('an acknowledged span is in ClickHouse exactly once, and in every count', () => {
  test('spans of several requests and days are stored and counted at every level', async () => {
    const keep = await start();
    const service = 'levels';
    await Promise.all([
      send(keep, '1', [aSpan({ service, is_error: 1 }), aSpan({ service }), aSpan({ service, is_request: 0 })]),
      send(keep, '2', [aSpan({ service, endedAt: '2026-11-22T10:10:15Z' })]),
      send(keep, '3', [
        aSpan({ service, endedAt: '2026-11-20T23:59:59.999Z' }),
        aSpan({ service, endedAt: '2026-11-21T00:00:00Z' }),
      ]),
    ]);
    await keep.settled();
    expect(await stored(service)).toBe(6);
    // Two days ago there are no ten seconds any more: those minutes come from the spans themselves.
    expect(await counted(service, '10s')).toEqual({ requests: 3, errors: 1 });
    expect(await counted(service, 'minute')).toEqual({ requests: 5, errors: 1 });
    expect(await counted(service, 'hour')).toEqual({ requests: 5, errors: 1 });
    expect(seen.flatMap(({ services }) => services)).toContainEqual({
      service,
      environment: 'production',
      version: '1.0',
      firstMs: Date.parse('2026-11-20T23:59:59.999Z'),
      lastMs: Date.parse('2026-11-22T10:10:15Z'),
    });
  });

  test('spans that come late are added to what was counted', async () => {
    const keep = await start();
    const service = 'late';
    await send(keep, 'l1', [aSpan({ service })]);
    await keep.settled();
    await send(keep, 'l2', [aSpan({ service, is_error: 1 })]);
    await keep.settled();
    for (const level of ['10s', 'minute', 'hour'])
      expect(await counted(service, level)).toEqual({ requests: 2, errors: 1 });
  });

  test.each(['before', 'after'] as const)(
    'a connection that breaks %s the insert took effect neither loses nor doubles',
    async (when) => {
      const service = `broken-${when}`;
      const keep = await start({ clickhouse: failing(2, when), limits: { retryMs: [1, 5], stopMs: 10_000 } });
      await send(keep, service, [aSpan({ service }), aSpan({ service })]);
      await keep.settled();
      expect(await stored(service)).toBe(2);
      expect(await counted(service, 'hour')).toEqual({ requests: 2, errors: 0 });
    },
  );

  test('after a restart what was not delivered is delivered, and what was is not doubled', async () => {
    const service = 'restart';
    const away = await start({ clickhouse: failing(1_000, 'before'), limits: { retryMs: [1, 5], stopMs: 20 } });
    await send(away, 'r1', [aSpan({ service })]);
    await stop(away);
    const half = await start({ clickhouse: goneAfterAnInsert(), limits: { retryMs: [1, 50], stopMs: 500 } });
    const stands = async () => [await stored(service), half.status().deliveryProblem];
    await expect.poll(stands, { timeout: 30_000 }).toEqual([1, 'socket hang up']);
    await stop(half);
    expect(await stored(service)).toBe(1);
    const keep = await start();
    await keep.settled();
    expect(await stored(service)).toBe(1);
    expect(await counted(service, 'minute')).toEqual({ requests: 1, errors: 0 });
  });
});

describe('a repeated request is known', () => {
  test('also while the first is under way and after a restart, for ten minutes', async () => {
    const service = 'repeat';
    const first = await start();
    expect(
      await Promise.all([send(first, 'same', [aSpan({ service })]), send(first, 'same', [aSpan({ service })])]),
    ).toEqual(['kept', 'repeated']);
    await first.settled();
    await stop(first);
    const second = await start();
    expect(await send(second, 'same', [aSpan({ service })])).toBe('repeated');
    clock.advance({ minutes: 10, seconds: 1 });
    await second.tidy();
    expect(await send(second, 'same', [aSpan({ service })])).toBe('kept');
    await second.settled();
    expect(await stored(service)).toBe(2);
  });
});

describe('what cannot be delivered is set aside and shown, and the rest goes on', () => {
  test('one batch that does not parse', async () => {
    const service = 'unparsable';
    const keep = await start();
    const [rows] = rowsOfSpans(structure, [aSpan({ service })]);
    await Promise.all([
      send(keep, 'u1', [aSpan({ service })]),
      keep.append({ rows: [{ ...rows!, bytes: rows!.bytes.subarray(0, 40) }], bodyHash: bodyHash('u2') }),
      send(keep, 'u3', [aSpan({ service }), aSpan({ service })]),
    ]);
    await keep.settled();
    expect(await stored(service)).toBe(3);
    expect(await counted(service, 'hour')).toEqual({ requests: 3, errors: 0 });
    expect(keep.quarantine()).toMatchObject([
      { reason: 'does-not-parse', table: 'telemetry_spans', rows: 1, bytes: 40 },
    ]);
    expect((await readFile(keep.quarantine()[0]!.file)).byteLength).toBe(40);
    expect(keep.status().quarantined).toBe(1);
  });

  test('a segment whose file was damaged or cut short after it was sealed', async () => {
    const service = 'damaged';
    const away = await start({
      clickhouse: failing(1_000, 'before'),
      limits: { retryMs: [60_000, 60_000], stopMs: 20 },
    });
    for (const body of ['d1', 'd2', 'd3', 'd4']) await send(away, body, [aSpan({ service })]);
    await stop(away);
    const names = (await readdir(join(folder, 'log'))).filter((name) => name.endsWith('.log')).sort();
    const last = join(folder, 'log', names.at(-1)!);
    const bytes = await readFile(last);
    bytes[60]! ^= 0xff;
    await writeFile(last, bytes);
    await truncate(last, bytes.byteLength - 1);
    const keep = await start();
    await keep.settled();
    expect(keep.quarantine().every(({ reason }) => reason === 'log-damaged')).toBe(true);
    expect(keep.quarantine().length).toBeGreaterThan(0);
    const lost = 4 - (await stored(service));
    expect(lost).toBeGreaterThan(0);
    expect(await counted(service, 'hour')).toEqual({ requests: 4 - lost, errors: 0 });
    await send(keep, 'd5', [aSpan({ service })]);
    await keep.settled();
    expect(await stored(service)).toBe(5 - lost);
  });

  test('a power loss that took delivered rows from ClickHouse: they are delivered again from the log', async () => {
    const service = 'power';
    const first = await start();
    await send(first, 'p1', [aSpan({ service, endedAt: '2026-11-21T12:00:00Z' })]);
    await first.settled();
    await stop(first);
    await clickhouse.command(
      "-- What a power loss may do to a part that was not synced.\nALTER TABLE telemetry_spans DROP PARTITION '2026-11-21'",
    );
    await clickhouse.command("-- The same.\nALTER TABLE telemetry_services_hour DROP PARTITION '202611'");
    await writeFile(join(folder, 'boot'), 'another boot');
    const second = await start();
    await expect.poll(() => stored(service), { timeout: 10_000 }).toBe(1);
    await second.settled();
    expect(await counted(service, 'hour')).toEqual({ requests: 1, errors: 0 });
  });
});

describe('senders are told to wait before anything is lost', () => {
  test('when the queue is full', async () => {
    const keep = await start({
      clickhouse: failing(1_000, 'before'),
      limits: { queueBytes: 2_000, stopMs: 20, retryMs: [5, 5] },
    });
    const answers: string[] = [];
    for (let at = 0; at < 20; at += 1)
      answers.push(await send(keep, `q${at}`, [aSpan({ service: 'queue' })]).catch((error) => error.problem.code));
    expect(answers[0]).toBe('kept');
    expect(answers.at(-1)).toBe('telemetry.queue-full');
    await expect(send(keep, 'q-last', [aSpan()])).rejects.toMatchObject({
      problem: { status: 429, retryAfterSeconds: 2 },
    });
  });

  test('when the disk is full, and it goes on by itself', async () => {
    let free = 10 * 1024 * 1024;
    const keep = await start({ freeBytes: async () => free, limits: { diskCheckMs: 0, stopMs: 10_000 } });
    await expect(send(keep, 'f1', [aSpan({ service: 'full' })])).rejects.toMatchObject({
      problem: { status: 503, code: 'telemetry.disk-full', retryAfterSeconds: 10 },
    });
    expect(keep.status().refusing).toContain('reserved');
    free = 100 * 1024 * 1024;
    await expect
      .poll(() => send(keep, 'f1', [aSpan({ service: 'full' })]).catch(() => 'refused'), { timeout: 5_000 })
      .toBe('kept');
    expect(keep.status().refusing).toBe(null);
    await keep.settled();
    expect(await stored('full')).toBe(1);
  });
});

test('delivered segments are removed after ten minutes, together with what is remembered of them', async () => {
  const keep = await start();
  await send(keep, 't1', [aSpan({ service: 'tidy' })]);
  await keep.settled();
  await appendFile(join(folder, 'log', 'unrelated.txt'), '');
  expect((await readdir(join(folder, 'log'))).filter((name) => name.endsWith('.log'))).toHaveLength(1);
  clock.advance({ minutes: 11 });
  await keep.tidy();
  expect(await readdir(join(folder, 'log'))).toEqual(['unrelated.txt']);
});

test('days older than spans are kept are dropped whole; what was counted of them stays, also when a late span comes', async () => {
  const service = 'old';
  const old = '2026-11-10T10:00:00Z';
  const patient = await start();
  await send(patient, 'o1', [aSpan({ service, endedAt: old }), aSpan({ service, endedAt: old }), aSpan({ service })]);
  await patient.settled();
  // Written within the hour: left for now, so that late rows can be looked at.
  expect(await patient.dropOld()).toEqual([]);
  await stop(patient);
  const keep = await start({ limits: { untouchedSeconds: 0, stopMs: 10_000 } });
  expect(await keep.dropOld()).toContainEqual({ table: 'telemetry_spans', partition: '2026-11-10' });
  expect(await stored(service)).toBe(1);
  await send(keep, 'o2', [aSpan({ service, endedAt: old })]);
  await keep.settled();
  expect(await counted(service, 'hour')).toEqual({ requests: 3, errors: 0 });
  await stop(keep);
  // Known after a restart as well.
  const later = await start();
  await send(later, 'o3', [aSpan({ service, endedAt: old })]);
  await later.settled();
  expect(await counted(service, 'minute')).toEqual({ requests: 3, errors: 0 });
});
