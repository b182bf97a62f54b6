import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/clock.ts';
import { loadConfiguration } from '../config/load.ts';
import { createHttp, type StartedHttp } from '../http/start.ts';
import { createLog } from '../log/log.ts';
import { eventually } from '../postgres/eventually.ts';
import { testPostgres } from '../postgres/for-tests.ts';
import type { Postgres } from '../postgres/postgres.ts';
import { serveEvents, streamLimits } from './events-route.ts';
import { anEntry } from './fixtures.ts';
import { serveLedger } from './routes.ts';
import { startLedger } from './start.ts';

const log = createLog('silent');
type RunningLedger = Awaited<ReturnType<typeof startLedger>>;

describe('a page sees every change as it happens, also after its connection was cut', () => {
  let postgres: Postgres;
  let ledger: RunningLedger;
  let http: StartedHttp;
  let url: string;
  beforeEach(async () => {
    postgres = await testPostgres();
    ledger = await startLedger(postgres, systemClock, log, new Registry());
    const config = loadConfiguration({ flags: { data: '/tmp', port: 0 }, environment: {}, folder: '/tmp' });
    http = createHttp({ config, log, postgres, metrics: new Registry(), version: 'test' });
    http.setAuthenticate(async (request) =>
      request.headers.authorization === 'Bearer viewer'
        ? { kind: 'token', id: 't', name: 'viewer', role: 'viewer', teams: {}, scopes: ['api'] }
        : request.headers.authorization === 'Bearer admin'
          ? { kind: 'token', id: 'u', name: 'admin', role: 'admin', teams: {}, scopes: ['api'] }
          : null,
    );
  });
  const listen = async (serve: () => void): Promise<void> => {
    serve();
    ({ url } = await http.listen());
  };
  afterEach(async () => {
    await http.stop();
    await ledger.stop();
    await postgres.stop();
  });
  const headers = { authorization: 'Bearer viewer' };
  const write = (kind: string, subject: string): Promise<string> =>
    postgres.transaction((tx) => ledger.append(tx, anEntry({ kind, subject })));

  /** Reads frames until `count` events have come; gives back their ids and subjects. */
  const readEvents = async (response: Response, count: number): Promise<{ id: string; subject: string }[]> => {
    const events: { id: string; subject: string }[] = [];
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const frames = text.split('\n\n');
      text = frames.pop()!;
      for (const frame of frames) {
        const match = /^id: (\d+)\ndata: (.*)$/.exec(frame);
        if (match) events.push({ id: match[1]!, subject: JSON.parse(match[2]!).subject });
      }
      if (events.length >= count) return events;
    }
    return events;
  };

  it('streams what happens now, and resumes behind the last event that was read', async () => {
    await listen(() => serveLedger({ http, ledger, postgres, metrics: new Registry() }, ['secret.*']));
    const first = await fetch(`${url}/api/v1/events?kind=a.*`, { headers });
    expect(first.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(first.headers.get('content-security-policy')).toContain("connect-src 'self'");
    await write('b.done', 'other');
    await write('a.done', '1');
    const [seen] = await readEvents(first, 1);
    expect(seen).toMatchObject({ subject: '1' });
    await write('a.done', '2');
    await write('a.done', '3');
    await eventually(async () => expect(await ledger.read({ limit: 10 })).toHaveLength(4));
    const second = await fetch(`${url}/api/v1/events?kind=a.*`, { headers: { ...headers, 'last-event-id': seen!.id } });
    expect((await readEvents(second, 2)).map((event) => event.subject)).toEqual(['2', '3']);
  });

  it('refuses nobody, a wrong place and one stream too many, and ends its streams at shutdown', async () => {
    await listen(() =>
      serveEvents({ http, ledger, metrics: new Registry() }, [], { ...streamLimits, streamsMax: 1, heartbeatMs: 10 }),
    );
    expect((await fetch(`${url}/api/v1/events`)).status).toBe(401);
    expect((await fetch(`${url}/api/v1/events`, { headers: { ...headers, 'last-event-id': 'x' } })).status).toBe(400);
    const open = await fetch(`${url}/api/v1/events`, { headers });
    const refused = await fetch(`${url}/api/v1/events`, { headers });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    const closing = http.stop();
    expect(await open.text()).toMatch(/^retry: 2000\n\n(: still here\n\n)*$/);
    await closing;
  });

  it('keeps what only admins may read from everybody else, in the list and in the stream', async () => {
    await listen(() => serveLedger({ http, ledger, postgres, metrics: new Registry() }, ['secret.*']));
    const asAdmin = { authorization: 'Bearer admin' };
    const streams = await Promise.all([headers, asAdmin].map((who) => fetch(`${url}/api/v1/events`, { headers: who })));
    await write('secret.told', '1');
    await write('a.done', '2');
    await eventually(async () => expect(await ledger.read({ limit: 10 })).toHaveLength(2));
    const listed = async (who: Record<string, string>, query = ''): Promise<string[]> => {
      const response = await fetch(`${url}/api/v1/ledger${query}`, { headers: who });
      return ((await response.json()) as { items: { subject: string }[] }).items.map((item) => item.subject);
    };
    expect(await listed(headers)).toEqual(['2']);
    expect(await listed(headers, '?kind=secret.told')).toEqual([]);
    const whole = await fetch(`${url}/api/v1/ledger?whole=true`, { headers });
    expect([whole.status, ((await whole.json()) as { code: string }).code]).toEqual([403, 'ledger.not-whole']);
    expect(await listed(asAdmin)).toEqual(['1', '2']);
    expect((await readEvents(streams[0]!, 1))[0]).toMatchObject({ subject: '2' });
    expect((await readEvents(streams[1]!, 2)).map((event) => event.subject)).toEqual(['1', '2']);
  });

  it('lists the ledger by pages, oldest or newest first', async () => {
    await listen(() => serveLedger({ http, ledger, postgres, metrics: new Registry() }, ['secret.*']));
    for (const number of [1, 2, 3]) await write('a.done', `${number}`);
    await eventually(async () => expect(await ledger.read({ limit: 10 })).toHaveLength(3));
    const page = async (query: string): Promise<{ subjects: string[]; next: string | null }> => {
      const response = await fetch(`${url}/api/v1/ledger?${query}`, { headers });
      const body = (await response.json()) as { items: { subject: string }[]; next: string | null };
      return { subjects: body.items.map((item) => item.subject), next: body.next };
    };
    expect(await page('limit=2')).toEqual({ subjects: ['1', '2'], next: '2' });
    expect(await page('limit=2&after=2')).toEqual({ subjects: ['3'], next: null });
    expect(await page('limit=2&order=newest')).toEqual({ subjects: ['3', '2'], next: '2' });
    expect(await page('limit=2&order=newest&after=2')).toEqual({ subjects: ['1'], next: null });
    expect(await page('kind=a.*&subject=2')).toEqual({ subjects: ['2'], next: null });
    expect((await fetch(`${url}/api/v1/ledger?after=x`, { headers })).status).toBe(400);
  });
});
