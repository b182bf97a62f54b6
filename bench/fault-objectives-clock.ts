import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  applyDocuments,
  askApi,
  connectState,
  ledgerOf,
  promiseOver,
  untilTrue,
  type Report,
} from './fault-objectives-product.ts';
import { startTraffic, type SentService } from './fault-objectives-traffic.ts';
import { caughtUp } from './ingest-caught-up.ts';
import { makeToken, startProduct, type Product } from './product.ts';

const kinds = ['budget.burning', 'budget.recovered', 'budget.exhausted', 'budget.restored'] as const;
const hourMs = 3_600_000;
/** Where the clock jumps to, and how long it stands there: two evaluations and more. */
const jumps = [
  { words: 'back by two hours', shiftMs: -2 * hourMs },
  { words: 'forward by six hours', shiftMs: 6 * hourMs },
  { words: 'back to what it was', shiftMs: 0 },
] as const;
const standsMs = 15_000;
const name = 'clock-0';

/**
 * The product's wall clock (not the database's) jumps back, forward and to what it was, while a service fails: nothing is
 * told while it jumps, the alert stands as it stood, and the recovery after it is told once. Counts are those of all that was sent.
 */
export const moveTheClock = async (report: Report): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'leadline-fault-clock-'));
  const file = join(folder, 'shift');
  const preload = fileURLToPath(new URL('fault-objectives-clock-shift.mjs', import.meta.url));
  const product = await startProduct({
    environment: { FAULT_CLOCK_FILE: file, NODE_OPTIONS: `--import=${preload}` },
  });
  const service: SentService = { name, badOf20: 0, total: 0, bad: 0 };
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const promise = promiseOver({ name, service: name, targetPercent: 50, window: '1d', needsPercent: 30 });
    await applyDocuments(product, token, [promise]);
    const told = async (): Promise<string> => (await ledgerOf(product, token, kinds)).map(({ kind }) => kind).join(' ');
    const traffic = startTraffic(product.otlpHttpUrl, [service]);
    await pause(15_000);
    service.badOf20 = 20;
    await untilTrue('burning and exhausted', 90_000, async () => (await told()) === 'budget.burning budget.exhausted');
    const held: string[] = [];
    for (const { words, shiftMs } of jumps) {
      await writeFile(file, String(shiftMs));
      await untilTrue(`a clock that goes ${words} is noticed`, standsMs, async () => {
        const failure = await failureOf(product);
        return failure?.includes(shiftMs < 0 || words.startsWith('back') ? 'jumped back' : 'jumped forward') ?? false;
      });
      await pause(standsMs);
      held.push(`${words}: ${(await told()) === 'budget.burning budget.exhausted' ? 'nothing told' : await told()}`);
    }
    service.badOf20 = 0;
    await untilTrue('decided again', 90_000, async () => (await failureOf(product)) === null);
    await untilTrue('the recovery', 120_000, async () => (await told()).includes('budget.recovered'));
    await traffic.stop();
    await caughtUp(product, token, 60_000);
    report(
      held.every((each) => each.endsWith('nothing told')),
      `clock ${held.join('; ')} (target: nothing told while it jumps)`,
    );
    const after = (await told()).replace(' budget.restored', '');
    report(
      after === 'budget.burning budget.exhausted budget.recovered',
      `on the ledger after it: ${after} (target: the recovery once, nothing lost or doubled)`,
    );
    const counted = async () => askApi<{ bad: number; total: number }>(product, token, `objectives/${name}`);
    await untilTrue('all is counted', 60_000, async () => (await counted()).total === service.total).catch(() => null);
    const found = await counted();
    report(
      found.bad === service.bad && found.total === service.total,
      `counts over the jumps: ${found.bad} bad of ${found.total}, taken ${service.bad} of ${service.total} (target equal)`,
    );
  } finally {
    await product.stop();
    await rm(folder, { recursive: true, force: true });
  }
};

/** Why the last evaluation decided nothing; null when it decided. */
const failureOf = async (product: Product): Promise<string | null> => {
  const state = await connectState(product);
  if (!state) return null;
  const { rows } = await state.query<{ failure: string | null }>('SELECT failure FROM objectives.evaluation');
  await state.end();
  return rows[0]?.failure ?? null;
};
