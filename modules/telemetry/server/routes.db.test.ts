import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testClickHouse } from '../../../platform/clickhouse/for-tests.ts';
import { systemClock } from '../../../platform/clock/clock.ts';
import { loadConfiguration } from '../../../platform/config/load.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import { createLog } from '../../../platform/log/log.ts';
import { testPostgres } from '../../../platform/postgres/for-tests.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import type { ClickHouse } from '../../../platform/clickhouse/clickhouse.ts';
import { aSpan, insertSpans, rollUp } from '../fixtures.ts';
import { createLiveRollups, type LiveRollups } from './live-rollups.ts';
import { addRoutes } from './routes.ts';
import { createEngine } from './signals/engine.ts';
import type { Reads } from './signals/reads.ts';

let postgres: Postgres;
let clickhouse: ClickHouse;
let http: StartedHttp;
let live: LiveRollups;
let url: string;
/** What the supervisor says of the engine. */
let standing: ReturnType<ClickHouse['status']> = { state: 'up', detail: 'serving' };

beforeAll(async () => {
  clickhouse = await testClickHouse([{ name: 'telemetry', folder: new URL('./migrations/', import.meta.url) }]);
  postgres = await testPostgres();
  const config = loadConfiguration({
    flags: { data: '/nowhere', logLevel: 'silent', port: '0' },
    environment: {},
    folder: '/',
  });
  const metrics = new Registry();
  const log = createLog('silent');
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async () => ({ kind: 'token', id: 't', name: 't', role: 'viewer', teams: {}, scopes: ['api'] }));
  const engine = createEngine({ ...clickhouse, status: () => standing });
  const reads: Reads = { engine, clock: systemClock, config, knowsService: async () => false };
  live = createLiveRollups(reads);
  addRoutes({ http, metrics, log }, reads, live, {
    keep: () => null,
    quarantine: () => [],
    notices: () => [],
    endpoints: () => ({ otlpHttp: null, otlpGrpc: null }),
  });
  ({ url } = await http.listen());
});
afterAll(async () => {
  live.stop();
  await http.stop();
  await postgres.stop();
});

const nowNs = (): bigint => systemClock.now().epochNanoseconds;

/** Reads a stream until `enough` says so; gives back its frames. */
const follow = async (
  path: string,
  enough: (frames: string) => boolean,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<string> => {
  const end = new AbortController();
  const answer = await fetch(url + path, { signal: end.signal });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  await meanwhile();
  let frames = '';
  for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
    frames += part;
    if (enough(frames)) break;
  }
  end.abort();
  return frames;
};

describe('Over HTTP', () => {
  it('a trace is JSON with its length and the headers of every answer', async () => {
    const span = aSpan({ endedNs: nowNs() });
    await insertSpans(clickhouse, [span]);
    const answer = await fetch(`${url}/api/v1/traces/${span.traceId}`);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(((await answer.json()) as { spans: unknown[] }).spans).toHaveLength(1);
  });

  it.each([
    '/api/v1/traces/xyz',
    '/api/v1/logs?traceId=1',
    '/api/v1/traces?limit=1000',
    '/api/v1/traces?attribute=noequals',
    '/api/v1/logs?severity=loud',
  ])('%s is 400 with the field', async (path) => {
    const answer = await fetch(url + path);
    const problem = (await answer.json()) as { code: string; errors: unknown[] };
    expect([answer.status, problem.code, problem.errors.length]).toEqual([400, 'http.invalid-input', 1]);
  });

  it('tells watchers when newer figures can be read', async () => {
    const frames = await follow(
      '/api/v1/telemetry/live',
      (text) => text.includes('event: rollups'),
      async () => {
        const span = aSpan({ endedNs: nowNs() });
        await insertSpans(clickhouse, [span], 2);
        await rollUp(clickhouse, [span]);
      },
    );
    expect(frames).toMatch(/event: engine\ndata: \{"state":"up"/);
    expect(frames).toMatch(/event: rollups\ndata: \{"through":"\d{4}-\d\d-\d\dT[\d:]+Z"\}/);
  });
});

describe('While the engine is away', () => {
  it('reads are 503 with Retry-After, the status still answers, and watchers are told', async () => {
    standing = { state: 'down', detail: 'killed by signal 9' };
    for (const path of ['services/a/signals', 'service-map', 'traces', `traces/${'a'.repeat(32)}`, 'logs', 'metrics']) {
      const answer = await fetch(`${url}/api/v1/${path}`);
      expect([path, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
        path,
        503,
        'telemetry.engine-away',
      ]);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const status = (await (await fetch(`${url}/api/v1/telemetry/status`)).json()) as { engine: unknown };
    expect(status.engine).toEqual({ kind: clickhouse.kind, state: 'down', detail: 'killed by signal 9' });
    const frames = await follow('/api/v1/telemetry/live', (text) => text.includes('event: engine'));
    expect(frames).toContain('"state":"down"');
    standing = { state: 'up', detail: 'serving' };
    expect((await fetch(`${url}/api/v1/service-map`)).status).toBe(200);
  });
});
