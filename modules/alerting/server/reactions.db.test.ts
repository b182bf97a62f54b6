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
import { moveClock, testPostgres } from '../../../platform/postgres/for-tests.ts';
import { eventually } from '../../../platform/postgres/eventually.ts';
import type { Postgres } from '../../../platform/postgres/postgres.ts';
import { aPerson, aTeam } from '../../identity/fixtures.ts';
import type { OncallDoor, PageAsked } from '../../oncall/server/public.ts';
import { nothingInForce } from './engine/in-force.ts';
import type { AlertingGround } from './ground.ts';
import { react, type ReactionsGround } from './reactions.ts';
import { startAlerts } from './start-alerts.ts';
import { startReactions } from './start-reactions.ts';

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
  countByKey: async () => [],
  snoozeByKey: async () => [],
  reopenPage: async () => null,
  escalateByKey: async () => [],
  noteByKey: async () => [],
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
let engine: Awaited<ReturnType<typeof startAlerts>>;

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
  const catalog = {
    ownerOf: async (service: string) => owners[service] ?? null,
    factsOf: async (names: readonly string[]) =>
      new Map(names.map((name) => [name, { owner: owners[name] ?? null, tier: null }])),
    uses: async () => new Map<string, readonly string[]>(),
  };
  const objectives = { ownerOfObjective: async (name: string) => (name === 'owned' ? 'search' : null) };
  // Written before the module first starts: history.
  await append('budget.burning', 'objective:old', 'shop/checkout', tier('page-fast'));
  const whole = {
    ...ground,
    catalog,
    objectives,
    oncall,
    baseUrl: () => 'http://leadline',
  } as unknown as AlertingGround;
  alerting = whole;
  await startReactions(whole);
  engine = await startAlerts(whole, nothingInForce);
  await http.fastify.ready();
  const ada = await aPerson(postgres, { name: 'ada', role: 'admin' });
  await aTeam(postgres, { name: 'core', members: [{ person: ada, role: 'viewer' }] });
});
afterAll(async () => {
  await engine?.stop();
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
    return items as { did: string; reason: string; kind: string; urgency: string | null; alert: string | null }[];
  });
/** Waits until the alert of a subject's first decision was told as so many decisions; gives them back. */
const toldOf = async (subject: string, count: number) => {
  const alert = (await decided(subject, 1)).at(-1)!.alert!;
  return eventually(async () => {
    const why = (await http.fastify.inject({ url: `/api/v1/alerts/${alert}/why` })).json();
    expect(why.decisions.length).toBeGreaterThanOrEqual(count);
    return why.decisions as { decision: string; reason: string }[];
  });
};

describe('a burning budget', () => {
  it('pages the owner of its service once, and its end resolves that with the last tier', async () => {
    for (const name of ['page-fast', 'page-slow', 'ticket-fast'])
      await append('budget.burning', 'objective:answers', 'shop/checkout', tier(name));
    await decided('objective:answers', 3);
    const paged = () => raised.filter(({ summary }) => summary.startsWith('answers '));
    await eventually(() => expect(paged()).toHaveLength(1));
    expect(paged()[0]).toMatchObject({
      team: 'payments',
      urgency: 'high',
      service: 'shop/checkout',
      source: 'alert',
      summary: 'answers burns its error budget 21.3 times too fast',
    });
    expect(paged()[0]!.dedupKey).toMatch(/^group:/);
    expect(paged()[0]!.details).toContain('Both windows burn faster than 14.4 times.');
    expect(paged()[0]!.details).toContain('Goes to payments: owner of the service shop/checkout.');
    expect(paged()[0]!.details).toContain('http://leadline/objectives/answers');
    for (const name of ['page-fast', 'page-slow'])
      await append('budget.recovered', 'objective:answers', 'shop/checkout', {
        ...tier(name),
        firingSince: '2026-11-23T10:00:00Z',
      });
    // The ticket that waited is somebody's matter of the morning now: a page of its own.
    await eventually(() => expect(paged().map(({ urgency }) => urgency)).toEqual(['high', 'low']));
    expect(paged()[1]!.summary).toBe('answers goes on burning its error budget, slower than before');
    expect(paged()[1]!.dedupKey).not.toBe(paged()[0]!.dedupKey);
    await append('budget.recovered', 'objective:answers', 'shop/checkout', {
      ...tier('ticket-fast'),
      firingSince: '2026-11-23T10:00:00Z',
    });
    const found = await decided('objective:answers', 7);
    expect(found.map(({ did, urgency }) => `${did} ${urgency ?? ''}`.trim()).toReversed()).toEqual([
      'raised high',
      'counted high',
      'nothing',
      'nothing',
      'resolved',
      'raised low',
      'resolved',
    ]);
    await eventually(() =>
      expect(resolved.filter((key) => key.startsWith('group:'))).toEqual(paged().map(({ dedupKey }) => dedupKey)),
    );
  });

  it('goes to the owner of the objective before the owner of the service', async () => {
    await append('budget.burning', 'objective:owned', 'shop/checkout', tier('page-fast'));
    expect((await toldOf('objective:owned', 1))[0]!.reason).toContain('Goes to search: owner of the objective owned.');
  });

  it('that nobody owns goes to the first team of an administrator, with the reason', async () => {
    await append('budget.burning', 'objective:orphan', null, tier('ticket-slow'));
    const [found] = await toldOf('objective:orphan', 1);
    expect(found!.decision).toBe('notified');
    expect(found!.reason).toContain('Goes to core');
    expect(found!.reason).toContain('nobody owns the objective orphan');
    expect(raised.find(({ summary }) => summary.startsWith('orphan'))).toMatchObject({ team: 'core', urgency: 'low' });
  });

  it('whose owner nobody answers for goes on to the next, and says so', async () => {
    await append('budget.burning', 'objective:haunted', 'shop/search', tier('page-fast'));
    const [found] = await toldOf('objective:haunted', 1);
    expect(found!.reason).toContain(
      'ghosts could not be paged (Nobody is there to page). Goes to core: the first team of an administrator, because its owner could not be paged.',
    );
  });

  it('of before the first start pages nobody', async () => {
    const [found] = await decided('objective:old', 1);
    expect(found).toMatchObject({ did: 'nothing', reason: 'It began before this module first started.', alert: null });
  });

  it('told again after a crash does nothing', async () => {
    const [event] = await ledger.read({ kind: 'budget.burning', subject: 'objective:owned', limit: 1 });
    const count = async () => (await postgres.pool.query('SELECT count(*)::int AS n FROM alerting.alert')).rows[0].n;
    const before = await count();
    await Promise.all([react(alerting, event as SealedEvent), react(alerting, event as SealedEvent)]);
    expect(await count()).toBe(before);
  });
});

describe('a heartbeat that fell silent', () => {
  it('pages the team that it names, and its return resolves the page', async () => {
    await append('heartbeat.missed', 'heartbeat:backup', null, silence('backup', 'payments'));
    expect((await toldOf('heartbeat:backup', 1))[0]!.reason).toContain(
      'Goes to payments: owner of the heartbeat backup.',
    );
    const paged = raised.find(({ summary }) => summary === 'backup fell silent')!;
    expect(paged).toMatchObject({ urgency: 'high', team: 'payments' });
    const { lastPingAt: _last, dueAt: _due, ...back } = silence('backup', 'payments');
    await append('heartbeat.recovered', 'heartbeat:backup', null, {
      ...back,
      missedSince: '2026-11-23T10:11:00Z',
      reason: 'It pinged again.',
    });
    expect((await decided('heartbeat:backup', 2)).map(({ did }) => did).toReversed()).toEqual(['raised', 'resolved']);
    await eventually(() => expect(resolved).toContain(paged.dedupKey));
  });
});

describe('what nobody at all can be paged for', () => {
  it('is told once, keeps nothing waiting behind it, and reaches whoever comes', async () => {
    everybodyIsGone = true;
    await append('heartbeat.missed', 'heartbeat:alone', null, silence('alone', null));
    await append('heartbeat.missed', 'heartbeat:kept', null, silence('kept', 'payments'));
    // The one behind it has an owner and was paged.
    expect((await toldOf('heartbeat:kept', 1))[0]!.decision).toBe('notified');
    const [found] = await toldOf('heartbeat:alone', 1);
    expect(found!.decision).toBe('unrouted');
    expect(found!.reason).toContain('core could not be paged (Nobody is there to page).');
    await moveClock(postgres, '31 seconds');
    await eventually(async () => expect(await ledger.read({ kind: 'alert.unpaged', limit: 10 })).toHaveLength(1));
    everybodyIsGone = false;
    await moveClock(postgres, '31 seconds');
    const told = await toldOf('heartbeat:alone', 2);
    expect(told.map(({ decision }) => decision)).toEqual(['unrouted', 'notified']);
    expect(raised.at(-1)).toMatchObject({ team: 'core', summary: 'alone fell silent' });
  });

  it('is over with its recovery', async () => {
    everybodyIsGone = true;
    await append('heartbeat.missed', 'heartbeat:brief', null, silence('brief', null));
    await toldOf('heartbeat:brief', 1);
    const { lastPingAt: _last, dueAt: _due, ...back } = silence('brief', null);
    await append('heartbeat.recovered', 'heartbeat:brief', null, { ...back, missedSince: '2026-11-23T10:11:00Z' });
    await decided('heartbeat:brief', 2);
    everybodyIsGone = false;
    await moveClock(postgres, '31 seconds');
    expect((await toldOf('heartbeat:brief', 2)).map(({ decision }) => decision)).toEqual(['unrouted', 'resolved']);
    expect(raised.filter(({ summary }) => summary === 'brief fell silent')).toEqual([]);
  });
});
