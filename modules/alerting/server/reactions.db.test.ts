import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusal } from '../../../kernel/problem.ts';
import { systemClock } from '../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration } from '../../../platform/config/settings.ts';
import { createHttp, type StartedHttp } from '../../../platform/http/start.ts';
import type { SealedEvent } from '../../../platform/ledger/ledger.ts';
import { startLedger } from '../../../platform/ledger/start.ts';
import { createLog } from '../../../platform/log/log.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { testPostgres } from '../../../platform/postgres/for-tests.ts';
import { eventually } from '../../../platform/postgres/eventually.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { aPerson, aTeam } from '../../identity/fixtures.ts';
import type { OncallDoor, PageAsked } from '../../oncall/server/public.ts';
import type { AlertingDoors } from './ground.ts';
import { alertingModule } from './module.ts';
import { react, type ReactionsGround } from './reactions.ts';
import { tryUnpaged } from './unpaged.ts';

/** The reactions on a real ledger and PostgreSQL; what they ask of on-call is written down at its door. */
const raised: PageAsked[] = [];
const resolved: string[] = [];
/** Teams of whom nobody answers: on-call refuses to page them. */
const empty = new Set(['ghosts']);
const oncall: OncallDoor = {
  raisePage: async (_tx, asked) => {
    if (asked.team !== 'payments' && (everybodyIsGone || (asked.team !== undefined && empty.has(asked.team))))
      throw new Refusal({ status: 400, code: 'oncall.nobody-to-page', title: 'Nobody is there to page' });
    raised.push(asked);
    return { id: '018f0000-0000-7000-8000-000000000001', made: true };
  },
  acknowledgeByKey: async () => [],
  resolveByKey: async (_tx, { dedupKey }) => {
    resolved.push(dedupKey);
    return ['018f0000-0000-7000-8000-000000000001'];
  },
};
/** While nobody at all can be paged. */
let everybodyIsGone = false;
const owners: Record<string, string> = { 'shop/checkout': 'payments', 'shop/search': 'ghosts' };

let postgres: Postgres;
let http: StartedHttp;
let ledger: Awaited<ReturnType<typeof startLedger>>;
let alerting: ReactionsGround;

beforeAll(async () => {
  postgres = await testPostgres();
  const config = {
    values: settingsSchema.parse({ data: '/nowhere', logLevel: 'error' }),
    origins: {},
  } as unknown as Configuration;
  const log = createLog('error');
  const metrics = new Registry();
  ledger = await startLedger(postgres, systemClock, log, metrics);
  http = createHttp({ config, log, postgres, metrics, version: '0' });
  http.setAuthenticate(async () => ({
    kind: 'person',
    id: 'v',
    name: 'v',
    role: 'viewer',
    teams: {},
    scopes: ['api'],
  }));
  const jobs = { every: () => undefined, handle: () => undefined, schedule: async () => '' };
  const ground = { config, log, clock: systemClock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
  const catalog = { ownerOf: async (service: string) => owners[service] ?? null };
  const objectives = { ownerOfObjective: async (name: string) => (name === 'owned' ? 'search' : null) };
  // Written before the module first starts: history.
  await append('budget.burning', 'objective:old', 'shop/checkout', tier('page-fast'));
  alerting = { postgres, config, log, ledger, catalog, objectives, oncall, baseUrl: () => 'http://leadline' };
  await alertingModule.start(ground, { catalog, objectives, oncall } as unknown as AlertingDoors);
  await http.fastify.ready();
  const ada = await aPerson(postgres, { name: 'ada', role: 'admin' });
  await aTeam(postgres, { name: 'core', members: [{ person: ada, role: 'viewer' }] });
});
afterAll(async () => {
  await http?.stop();
  await ledger?.stop();
  await postgres?.stop();
});

const tier = (name: string) => ({
  tier: name,
  urgency: name.startsWith('page') ? 'page' : 'ticket',
  longWindow: '1h',
  shortWindow: '5m',
  threshold: 14.4,
  longRate: 21.26,
  shortRate: 30,
  good: 900,
  bad: 100,
  reason: 'Both windows burn faster than 14.4 times.',
  crossedAt: '2026-11-23T10:00:00Z',
});
const silence = (name: string, team: string | null) => ({
  name,
  service: null,
  team,
  everySeconds: 600,
  graceSeconds: 60,
  lastPingAt: '2026-11-23T10:00:00Z',
  dueAt: '2026-11-23T10:10:00Z',
  reason: 'The last ping came at ten.',
});
const append = (kind: string, subject: string, service: string | null, data: Record<string, unknown>) =>
  postgres.transaction<object, string>((tx) =>
    ledger.append(tx, { kind, subject, service, actor: { kind: 'system', id: 's', name: 's' }, data }),
  );
/** Waits until the reaction has decided the last event of a subject. */
const decided = (subject: string, count: number) =>
  eventually(async () => {
    const { items } = (
      await http.fastify.inject({ url: `/api/v1/alert-decisions?subject=${encodeURIComponent(subject)}` })
    ).json();
    expect(items.length).toBeGreaterThanOrEqual(count);
    return items as { did: string; to: string | null; reason: string; kind: string; urgency: string | null }[];
  });

describe('a burning budget', () => {
  it('pages the owner of its service once, and its end resolves that with the last tier', async () => {
    for (const name of ['page-fast', 'page-slow', 'ticket-fast'])
      await append('budget.burning', 'objective:answers', 'shop/checkout', tier(name));
    for (const name of ['page-fast', 'page-slow', 'ticket-fast'])
      await append('budget.recovered', 'objective:answers', 'shop/checkout', {
        ...tier(name),
        firingSince: '2026-11-23T10:00:00Z',
      });
    const found = await decided('objective:answers', 7);
    expect(found.map(({ did, urgency }) => `${did} ${urgency ?? ''}`.trim()).toReversed()).toEqual([
      'raised high',
      'raised high',
      'nothing',
      'nothing',
      'resolved',
      'raised low',
      'resolved',
    ]);
    const about = raised.filter(({ dedupKey }) => dedupKey?.startsWith('budget:answers'));
    expect(about[0]).toMatchObject({
      team: 'payments',
      urgency: 'high',
      dedupKey: 'budget:answers:high',
      service: 'shop/checkout',
      source: 'budget',
      summary: 'answers burns its error budget 21.3 times too fast',
    });
    expect(about[0]!.details).toContain('Goes to payments: owner of the service shop/checkout.');
    expect(new Set(about.map(({ dedupKey }) => dedupKey))).toEqual(
      new Set(['budget:answers:high', 'budget:answers:low']),
    );
    expect(resolved.filter((key) => key.startsWith('budget:answers'))).toEqual([
      'budget:answers:high',
      'budget:answers:low',
    ]);
  });

  it('goes to the owner of the objective before the owner of the service', async () => {
    await append('budget.burning', 'objective:owned', 'shop/checkout', tier('page-fast'));
    expect((await decided('objective:owned', 1))[0]).toMatchObject({ to: 'team:search' });
  });

  it('that nobody owns goes to the first team of an administrator, with the reason', async () => {
    await append('budget.burning', 'objective:orphan', null, tier('ticket-slow'));
    const [found] = await decided('objective:orphan', 1);
    expect(found).toMatchObject({ did: 'raised', urgency: 'low', to: 'team:core' });
    expect(found!.reason).toContain('nobody owns the objective orphan');
  });

  it('whose owner nobody answers for goes on to the next, and says so', async () => {
    await append('budget.burning', 'objective:haunted', 'shop/search', tier('page-fast'));
    const [found] = await decided('objective:haunted', 1);
    expect(found!.to).toBe('team:core');
    expect(found!.reason).toBe(
      'ghosts could not be paged (Nobody is there to page). Goes to core: the first team of an administrator, because its owner could not be paged.',
    );
  });

  it('of before the first start pages nobody', async () => {
    const [found] = await decided('objective:old', 1);
    expect(found).toMatchObject({ did: 'nothing', reason: 'It began before this module first started.' });
  });

  it('told again after a crash does nothing', async () => {
    const [event] = await ledger.read({ kind: 'budget.burning', subject: 'objective:owned', limit: 1 });
    const before = raised.length;
    await Promise.all([react(alerting, event as SealedEvent), react(alerting, event as SealedEvent)]);
    expect(raised).toHaveLength(before);
  });
});

describe('a heartbeat that fell silent', () => {
  it('pages the team that it names, and its return resolves the page', async () => {
    await append('heartbeat.missed', 'heartbeat:backup', null, silence('backup', 'payments'));
    const { lastPingAt: _last, dueAt: _due, ...back } = silence('backup', 'payments');
    await append('heartbeat.recovered', 'heartbeat:backup', null, {
      ...back,
      missedSince: '2026-11-23T10:11:00Z',
      reason: 'It pinged again.',
    });
    const found = await decided('heartbeat:backup', 2);
    expect(found.map(({ did, to }) => `${did} ${to}`).toReversed()).toEqual(['raised team:payments', 'resolved null']);
    expect(raised.at(-1)).toMatchObject({ source: 'heartbeat', urgency: 'high', summary: 'backup fell silent' });
    expect(resolved.at(-1)).toBe('heartbeat:backup:high');
  });
});

describe('what nobody at all can be paged for', () => {
  it('is told once, keeps nothing waiting behind it, and reaches whoever comes', async () => {
    everybodyIsGone = true;
    await append('heartbeat.missed', 'heartbeat:alone', null, silence('alone', null));
    await append('heartbeat.missed', 'heartbeat:owned', null, silence('owned', 'payments'));
    // The one behind it has an owner and was paged.
    expect((await decided('heartbeat:owned', 1))[0]).toMatchObject({ did: 'raised', to: 'team:payments' });
    const [found] = await decided('heartbeat:alone', 1);
    expect(found).toMatchObject({ did: 'unpaged', to: null, urgency: 'high' });
    expect(found!.reason).toContain('core could not be paged (Nobody is there to page).');
    expect(await tryUnpaged(alerting)).toBe(1);
    await eventually(async () =>
      expect(await ledger.read({ kind: 'alert.unpaged', limit: 10 })).toMatchObject([{ subject: 'heartbeat:alone' }]),
    );
    everybodyIsGone = false;
    expect(await tryUnpaged(alerting)).toBe(0);
    expect((await decided('heartbeat:alone', 2))[0]).toMatchObject({ did: 'raised', to: 'team:core' });
    expect(raised.at(-1)).toMatchObject({ dedupKey: 'heartbeat:alone:high', team: 'core' });
  });

  it('is over with its recovery', async () => {
    everybodyIsGone = true;
    await append('heartbeat.missed', 'heartbeat:brief', null, silence('brief', null));
    await decided('heartbeat:brief', 1);
    const { lastPingAt: _last, dueAt: _due, ...back } = silence('brief', null);
    await append('heartbeat.recovered', 'heartbeat:brief', null, { ...back, missedSince: '2026-11-23T10:11:00Z' });
    await decided('heartbeat:brief', 2);
    everybodyIsGone = false;
    expect(await tryUnpaged(alerting)).toBe(0);
    expect((await decided('heartbeat:brief', 2)).map(({ did }) => did)).toEqual(['resolved', 'unpaged']);
  });
});
