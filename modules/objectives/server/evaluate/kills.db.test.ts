import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressForTests } from '../../../../platform/clickhouse/for-tests.ts';
import { urlOf } from '../../../../platform/postgres/for-tests.ts';
import { anObjective } from '../../fixtures.ts';
import { evaluationHouse, type EvaluationHouse } from './testing/house.ts';

/** Objectives over one day; traffic fails and recovers every twenty minutes, so every phase changes all of them. */
const objectives = 60;
const phases = 10;
const killsMin = 30;
const phaseSeconds = 1_200;
const start = Date.parse('2026-11-22T06:00:00Z') / 1_000;

let house: EvaluationHouse;
beforeAll(async () => {
  house = await evaluationHouse('2026-11-22T12:00:00Z');
  const tiers = [
    {
      name: 'page-fast',
      urgency: 'page',
      budgetSharePpm: 20_000,
      longMinutes: 12,
      shortMinutes: 1,
      rateMillionths: null,
      badEventsMin: 1,
      adapted: null,
    },
  ] as const;
  const definition = { kind: 'spans', bad: [{ kind: 'error' }] } as const;
  const of = { service: 'shop/a', environment: null, operation: null, attributes: [] };
  for (let index = 0; index < objectives; index += 1)
    await house.keep(
      anObjective({
        name: `objective-${index}`,
        window: { kind: 'rolling', minutes: 1_440 },
        targetPpm: 900_000,
        alerts: { tiers, noDataMinutes: null, exhaustsWithinMinutes: null },
        components: [
          {
            displayName: '',
            indicator: { kind: 'indicator', number: 0, definition: { ...definition, of } },
            weight: 1,
            targetPpm: 900_000,
          },
        ],
      }),
    );
  const indicator = await house.indicatorOf('objective-0');
  // Good for a day, then failing and good in turns; few in each turn, so that the budget itself stays.
  await house.countEvenly([indicator], start - 86_400, start, { good: 10_000, bad: 0 });
  for (let phase = 0; phase < phases; phase += 1) {
    const from = start + phase * phaseSeconds;
    const bad = phase % 2 === 0;
    await house.count(
      indicator,
      Array.from({ length: phaseSeconds / 10 }, (_, at) => [from + at * 10, bad ? 0 : 10, bad ? 10 : 0] as const),
    );
  }
}, 240_000);
afterAll(() => house.stop());

interface Evaluation {
  readonly child: ChildProcessWithoutNullStreams;
  next(): Promise<string>;
}

const startProcess = async (): Promise<Evaluation> => {
  const [row] = await house.clickhouse.query<{ name: string }>(
    '-- The name of our database.\nSELECT currentDatabase() AS name',
  );
  const program = fileURLToPath(new URL('./testing/evaluation-process.ts', import.meta.url));
  const child = spawn(process.execPath, [
    program,
    await urlOf(house.postgres),
    JSON.stringify(addressForTests()),
    row!.name,
  ]);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? 'ended';
  await next();
  return { child, next };
};

const written = async (): Promise<number> => {
  const { rows } = await house.postgres.pool.query(
    `SELECT (SELECT count(*) FROM ledger.event WHERE kind LIKE 'budget.%') + (SELECT count(*) FROM ledger.pending WHERE kind LIKE 'budget.%') AS count`,
  );
  return Number(rows[0].count);
};

it('SIGKILL in an evaluation, many times, loses no transition and doubles none', async () => {
  const kills = { all: 0, atWork: 0, whileWriting: 0 };
  let evaluation = await startProcess();
  for (let phase = 0; phase < phases; phase += 1) {
    const instant = new Date((start + (phase + 1) * phaseSeconds - 10) * 1_000).toISOString();
    for (let turn = 0; turn < killsMin / phases; turn += 1) {
      const before = await written();
      evaluation.child.stdin.write(`${instant}\n`);
      const answer = evaluation.next();
      // Two processes at once as well: every other kill leaves the work to one that is already on it.
      const rival = turn % 2 === 1 ? house.cycle({ clock: at(instant) }).run() : null;
      await pause(5 + Math.random() * 120);
      const finished = await Promise.race([answer.then(() => true), Promise.resolve(false)]);
      const exited = once(evaluation.child, 'exit');
      evaluation.child.kill('SIGKILL');
      await exited;
      await rival;
      kills.all += 1;
      if (!finished) kills.atWork += 1;
      const [after] = [await written()];
      if (!finished && after > before) kills.whileWriting += 1;
      evaluation = await startProcess();
    }
    evaluation.child.stdin.write(`${instant}\n`);
    expect(await evaluation.next()).toMatch(/^done \d+$/);
    expect(await written()).toBe((phase + 1) * objectives);
  }
  evaluation.child.kill('SIGKILL');
  process.stdout.write(
    `${kills.all} kills, ${kills.atWork} with an evaluation under way, ${kills.whileWriting} of them with transitions just written\n`,
  );
  expect(kills.atWork).toBeGreaterThan(0);
  const byObjective = Map.groupBy(await house.events(), ({ subject }) => subject);
  expect(byObjective.size).toBe(objectives);
  const turns = Array.from({ length: phases }, (_, phase) => (phase % 2 === 0 ? 'budget.burning' : 'budget.recovered'));
  for (const events of byObjective.values()) expect(events.map(({ kind }) => kind)).toEqual(turns);
}, 300_000);

const at = (instant: string) => ({ now: () => Temporal.Instant.from(instant), monotonicMs: () => 0 });
