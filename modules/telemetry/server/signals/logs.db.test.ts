import { beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { testClickHouse } from '../../../../platform/clickhouse/for-tests.ts';
import { movableClock } from '../../../../platform/clock/clock.ts';
import { listLogs, type LogRecord } from '../../contract.ts';
import { aLog, insertLogs, type LogGiven } from '../../fixtures.ts';
import type { EventStream } from '../event-streams.ts';
import { tailLogs } from '../live-logs.ts';
import { createEngine } from './engine.ts';
import { searchLogs } from './logs.ts';
import type { Reads } from './reads.ts';

const now = Temporal.Instant.from('2026-11-22T12:00:00Z');
const traceId = 'ab'.repeat(16);
/** 500 records over an hour; a hundred of them share one nanosecond. */
const logs: LogGiven[] = Array.from({ length: 500 }, (_, index) =>
  aLog({
    timeNs: now.epochNanoseconds - (index < 100 ? 7n : BigInt(index) * 7_000_000_000n),
    severityNumber: [0, 1, 5, 9, 13, 17, 21][index % 7]!,
    service: index % 3 ? 'shop/checkout' : 'shop/payment',
    environment: index % 2 ? 'production' : '',
    body: `order ${index} ${index % 11 === 0 ? 'was DECLINED by the bank' : 'went through'}`,
    attributes: { index, user: `u-${index % 5}` },
    ...(index % 50 === 0 ? { traceId, spanId: 'cd'.repeat(8) } : {}),
  }),
);

let clickhouse: ClickHouse;
let reads: Reads;
const clock = movableClock(now);
beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('../migrations/', import.meta.url) }]);
  await insertLogs(clickhouse, logs);
  reads = {
    engine: createEngine(clickhouse),
    clock,
    config: { values: { spansDays: 8 } } as never,
    knowsService: async () => true,
  };
});

const ask = (query: Record<string, unknown>) =>
  searchLogs(reads, listLogs.query.parse(query)).then((page) => listLogs.answer.parse(page));
const everyPage = async (query: Record<string, unknown>): Promise<LogRecord[]> => {
  const items: LogRecord[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await ask({ limit: 70, facets: 'false', ...query, cursor });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};
const index = (record: LogRecord): number => record.attributes['index'] as number;
const all = { from: '2026-11-22T10:00:00Z' };

describe('A search finds every record that meets the filter, once, the newest first', () => {
  it.each<[string, Record<string, unknown>, (log: LogGiven, index: number) => boolean]>([
    ['all, also those of one nanosecond', {}, () => true],
    ['of a service', { service: 'shop/payment' }, (log) => log.service === 'shop/payment'],
    ['of no environment', { environment: '' }, (log) => log.environment === ''],
    ['at least a warning', { severity: 'warn' }, (log) => log.severityNumber >= 13],
    ['words in any order and case', { q: 'bank declined' }, (_log, at) => at % 11 === 0],
    ['a word of an attribute', { q: 'u-3' }, (log) => log.attributes['user'] === 'u-3'],
    ['of a trace', { traceId }, (log) => log.traceId === traceId],
    ['of a span', { traceId, spanId: 'CD'.repeat(8) }, (log) => log.traceId === traceId],
    ['an attribute that is a number', { attribute: 'index=42' }, (_log, at) => at === 42],
    ['a quote that is no way into the statement', { q: "') OR 1=1 --" }, () => false],
  ])('%s', async (_name, query, meets) => {
    const found = await everyPage({ ...all, ...query });
    expect(found.map(index).toSorted((a, b) => a - b)).toEqual(logs.flatMap((log, at) => (meets(log, at) ? [at] : [])));
    const times = found.map((record) => record.at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('finds what belongs to a trace whenever it was, where nobody says a time', async () => {
    const old = '2018-12-13T14:51:00.3Z';
    const ofOld = { traceId: 'ef'.repeat(16), service: 'long-ago', spanId: 'cd'.repeat(8) };
    const timeNs = Temporal.Instant.from(old).epochNanoseconds;
    await insertLogs(clickhouse, [aLog({ ...ofOld, timeNs }), aLog({ ...ofOld, timeNs: timeNs + 5n })], 3);
    const page = await ask({ traceId: ofOld.traceId.toUpperCase(), limit: 1 });
    expect(page).toMatchObject({ from: old, facets: { total: 2 } });
    expect([...page.items, ...(await ask({ cursor: page.next, traceId: ofOld.traceId })).items]).toHaveLength(2);
    expect((await ask({ traceId: ofOld.traceId, from: '2026-11-22T10:00:00Z' })).items).toEqual([]);
    expect((await ask({ traceId: '12'.repeat(16) })).items).toEqual([]);
  });

  it('counts by severity, service and environment over the whole range, and in bars', async () => {
    const page = await ask({ ...all, severity: 'info', limit: 1 });
    const meant = logs.filter((log) => log.severityNumber >= 9);
    const count = (value: string, facet: readonly { value: string; count: number }[]): number =>
      facet.find((each) => each.value === value)!.count;
    expect(page.facets!.total).toBe(meant.length);
    expect(count('warn', page.facets!.severity)).toBe(meant.filter((log) => log.severityNumber === 13).length);
    expect(count('shop/payment', page.facets!.service)).toBe(
      meant.filter((log) => log.service === 'shop/payment').length,
    );
    expect(count('', page.facets!.environment)).toBe(meant.filter((log) => log.environment === '').length);
    expect(page.histogram!.bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(meant.length);
  });

  it('reads bodies and ids back as they were sent', async () => {
    const own = [
      aLog({
        timeNs: now.epochNanoseconds - 1n,
        service: 'types',
        body: '{"a":[1,9007199254740993]}',
        bodyKind: 'kvlist',
      }),
      aLog({ timeNs: now.epochNanoseconds - 2n, service: 'types', body: '', bodyKind: 'none' }),
      aLog({ timeNs: now.epochNanoseconds - 3n, service: 'types', body: '7', bodyKind: 'int' }),
    ];
    await insertLogs(clickhouse, own, 2);
    const { items } = await ask({ service: 'types' });
    expect(items.map((record) => record.body)).toEqual([{ a: [1, '9007199254740993'] }, null, 7]);
    expect(items[0]).toMatchObject({ at: '2026-11-22T11:59:59.999999999Z', traceId: null, spanId: null });
  });

  it.each([
    'xyz',
    Buffer.from('["1","2","3"]').toString('base64url'),
    Buffer.from(JSON.stringify(['1', '2', '3', '1) OR (1'])).toString('base64url'),
  ])('refuses the cursor %s', async (cursor) => {
    const refusal = await ask({ cursor }).catch((error: unknown) => error);
    expect(refusal instanceof Refusal && refusal.problem.code).toBe('http.bad-cursor');
  });
});

describe('The live tail', () => {
  it('sends what arrives from now on and meets the filter, once', async () => {
    const end = new AbortController();
    const sent: LogRecord[] = [];
    const stream: EventStream = {
      closed: end.signal,
      send: (event, data) => void (event === 'log' && sent.push(data as LogRecord)),
    };
    const segment = (aheadMs: number): bigint => BigInt(now.epochMilliseconds + aheadMs) << 22n;
    tailLogs(reads, { service: 'live', severity: 'error' }, stream, () => undefined);
    await insertLogs(
      clickhouse,
      [
        aLog({ timeNs: now.epochNanoseconds, service: 'live', severityNumber: 17, body: 'first' }),
        aLog({ timeNs: now.epochNanoseconds, service: 'live', body: 'too mild' }),
        aLog({ timeNs: now.epochNanoseconds, severityNumber: 17, body: 'of another' }),
      ],
      segment(1),
    );
    await expect.poll(() => sent.length, { timeout: 20_000 }).toBe(1);
    await insertLogs(
      clickhouse,
      [aLog({ timeNs: now.epochNanoseconds + 5n, service: 'live', severityNumber: 21, body: 'second' })],
      segment(2),
    );
    await expect.poll(() => sent.map((record) => record.body), { timeout: 20_000 }).toEqual(['first', 'second']);
    end.abort();
  });
});
