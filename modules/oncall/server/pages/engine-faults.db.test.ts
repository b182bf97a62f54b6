import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { moveClock, urlOf } from '../../../../platform/postgres/for-tests.ts';
import { decide } from './decide.ts';
import { evaluate } from './evaluate.ts';
import { createLinks } from './links.ts';
import type { PagesGround } from './pages-ground.ts';
import { startPagesWorld, type PagesWorld } from './testing/world.ts';
import { rulesOf } from '../people/views.ts';

/** Whatever dies or stands still: no page is lost, and nobody is owed the same twice. */
const program = fileURLToPath(new URL('./testing/engine-process.ts', import.meta.url));
const engines = new Set<ChildProcess>();
let world: PagesWorld;

beforeAll(async () => {
  world = await startPagesWorld({ engine: false });
  await world.policy('payments', {
    steps: [
      { after: 'PT0S', notify: [{ person: 'p1' }] },
      { after: 'PT1H', notify: [{ person: 'p2' }] },
    ],
  });
});
afterAll(() => world.stop());
afterEach(async () => {
  for (const each of engines) await kill(each);
  await world.postgres.pool.query(`UPDATE oncall.step SET state = 'cancelled' WHERE state = 'waiting'`);
  await world.postgres.pool.query(`UPDATE oncall.page SET state = 'resolved'`);
});

const startEngineProcess = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [program, await urlOf(world.postgres), world.ground.config.values.data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  engines.add(child);
  await once(child.stdout!, 'data');
  return child;
};
const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  engines.delete(child);
};
const raiseMany = async (count: number): Promise<string[]> =>
  (
    await Promise.all(
      Array.from({ length: count }, (_, index) => world.page({ summary: `Page ${index}`, policy: 'payments' })),
    )
  ).map(({ id }) => id);
const pagesOfCalls = () => world.hooks.received.map(({ body }) => body.data.page.id as string);

/** Each page was told of to p1, by one key, by one decision. */
const expectOnce = async (ids: readonly string[]): Promise<void> => {
  await world.until(() =>
    expect(new Set(pagesOfCalls())).toEqual(expect.objectContaining({ size: expect.any(Number) })),
  );
  await world.until(() => {
    const seen = new Set(pagesOfCalls());
    expect(ids.filter((id) => !seen.has(id))).toEqual([]);
  });
  for (const id of ids) {
    const calls = world.hooks.received.filter(({ body }) => body.data.page.id === id);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
  }
  const { rows } = await world.postgres.pool.query(
    `SELECT page_id, count(*) FILTER (WHERE what = 'step')::int AS steps FROM oncall.timeline WHERE page_id = ANY($1) GROUP BY page_id HAVING count(*) FILTER (WHERE what = 'step') <> 1`,
    [ids],
  );
  expect(rows).toEqual([]);
  const owed = await world.postgres.pool.query(
    `SELECT count(*)::int AS count FROM oncall.notification WHERE page_id = ANY($1) AND rule = 0`,
    [ids],
  );
  expect(owed.rows[0].count).toBe(ids.length);
};

describe('an engine that dies or stands still loses no page and owes nothing twice', () => {
  it('is killed again and again in the middle of its work', async () => {
    const ids: string[] = [];
    for (let time = 0; time < 4; time += 1) {
      const engine = await startEngineProcess();
      const raising = raiseMany(60);
      // It dies while some of these are decided: how far it came differs each time.
      await world.until(async () => {
        const { rows } = await world.postgres.pool.query(
          `SELECT count(*)::int AS held FROM oncall.step WHERE fence > 0`,
        );
        expect(rows[0].held).toBeGreaterThan(ids.length + 5 * time);
      });
      await kill(engine);
      ids.push(...(await raising));
    }
    // What the dead one held is free when its lease is over.
    await moveClock(world.postgres, '10 seconds');
    await startEngineProcess();
    await expectOnce(ids);
  });

  it('shares the work with a second one, each step decided once', async () => {
    await Promise.all([startEngineProcess(), startEngineProcess()]);
    const ids = await raiseMany(200);
    await expectOnce(ids);
  });

  it('is stopped past its lease, let go, and then writes nothing with its old token', async () => {
    const [first] = await Promise.all([startEngineProcess(), startEngineProcess()]);
    const raising = raiseMany(120);
    first.kill('SIGSTOP');
    const ids = await raising;
    // A transaction that it stood still in is ended by the database after five seconds.
    await moveClock(world.postgres, '10 seconds');
    await expectOnce(ids);
    first.kill('SIGCONT');
    const more = await raiseMany(20);
    await expectOnce([...ids, ...more]);
  });

  it('finds nothing to write where its lease ran out and another decided meanwhile', async () => {
    const ground = groundOf(world);
    const { id } = await world.page({ summary: 'Taken over', policy: 'payments' });
    const frozen = await evaluate(ground, 'frozen');
    expect(frozen.steps.map(({ held }) => held.page.id)).toEqual([id]);
    // While the lease holds nobody else takes it.
    expect((await evaluate(ground, 'other')).steps).toEqual([]);
    await moveClock(world.postgres, '6 seconds');
    // Run out, though nobody took it yet: already refused.
    expect(await decide(ground, frozen)).toBe(0);
    const other = await evaluate(ground, 'other');
    expect(await decide(ground, other)).toBe(1);
    expect(await decide(ground, frozen)).toBe(0);
    expect(await decide(ground, other)).toBe(0);
    await expectOnce([id]);
  });

  it('leaves a page alone that was acknowledged between its look and its writing', async () => {
    const ground = groundOf(world);
    const { id } = await world.page({ summary: 'Just answered', policy: 'payments' });
    const looked = await evaluate(ground, 'slow');
    await world.call('ada', 'POST', `/api/v1/pages/${id}/acknowledge`, {});
    expect(await decide(ground, looked)).toBe(0);
    expect(await world.read(id)).toMatchObject({ state: 'acknowledged', steps: [], nextStepAt: null });
  });

  it('decides the others where one step cannot be decided, and where caps cannot be looked at', async () => {
    const failing = async (): Promise<never> => {
      throw new Error('no caps today');
    };
    const ground = groundOf(world);
    const broken = await world.page({ summary: 'Broken', policy: 'payments' });
    const { id } = await world.page({ summary: 'Whole', policy: 'payments' });
    await world.postgres.pool.query(`UPDATE oncall.page SET plan = plan - 'otherwise' WHERE id = $1`, [broken.id]);
    const looked = await evaluate({ ...ground, doors: { ...ground.doors, handOn: failing } }, 'this');
    expect(looked.steps.map(({ held }) => held.page.id)).toEqual([id]);
    expect(await decide(ground, looked)).toBe(1);
    await expectOnce([id]);
  });

  it('keeps to what is left of a delay when the clock is set back a day, also for what a dead engine held', async () => {
    const ground = groundOf(world);
    const first = await startEngineProcess();
    const { id } = await world.page({ summary: 'Set back', policy: 'payments' });
    await expectOnce([id]);
    const before = await world.read(id);
    await kill(first);
    const held = await world.page({ summary: 'Held by a dead one', policy: 'payments' });
    expect((await evaluate(ground, 'dead')).steps.map((step) => step.held.page.id)).toEqual([held.id]);
    await world.pass('-1 day');
    await startEngineProcess();
    await expectOnce([held.id]);
    await world.until(async () => {
      const left = Date.parse((await world.read(id)).nextStepAt) - Date.parse(before.nextStepAt);
      expect(Math.abs(left + 86_400_000)).toBeLessThan(60_000);
    });
    await world.pass('61 minutes');
    await world.until(async () => expect((await world.read(id)).steps.map((step: any) => step.person)).toContain('p2'));
    await world.pass('1 day');
  });

  it('does not send what was missed all at once when the clock jumps a day', async () => {
    await startEngineProcess();
    const { id } = await world.page({ summary: 'Jump', policy: 'payments' });
    await expectOnce([id]);
    await world.pass('1 day');
    await world.until(async () => expect((await world.read(id)).steps.map((step: any) => step.person)).toContain('p2'));
    const page = await world.read(id);
    // After the last step it still waits its five minutes from now.
    expect(page.unansweredAt).toBeNull();
    expect(page.nextStepAt).not.toBeNull();
  });
});

describe('the same key while the page is open is one page', () => {
  it('makes one page of forty at once, and a new one after it is resolved', async () => {
    const raised = await Promise.all(
      Array.from({ length: 40 }, () => world.page({ summary: 'Storm', policy: 'payments', dedupKey: 'disk' })),
    );
    expect(new Set(raised.map(({ id }) => id)).size).toBe(1);
    const [{ id }] = raised;
    expect((await world.read(id)).times).toBe(40);
    await world.call('ada', 'POST', `/api/v1/pages/${id}/resolve`, {});
    expect((await world.page({ summary: 'Storm', policy: 'payments', dedupKey: 'disk' })).id).not.toBe(id);
  });
});

/** What the engine of a process stands on, to run its parts one by one. */
const groundOf = ({ ground, postgres, identity, delivery }: PagesWorld): PagesGround => ({
  postgres,
  ledger: ground.ledger,
  log: ground.log,
  metrics: ground.metrics,
  doors: {
    identity,
    delivery,
    onCallOf: async () => new Map(),
    nextOnCall: async () => null,
    rulesOf: (names) => rulesOf(postgres.tables<never>(), names),
  },
  links: createLinks(Buffer.alloc(32)),
  baseUrl: () => 'http://localhost:7070',
});
