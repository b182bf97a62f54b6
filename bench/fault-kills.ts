import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { applyObjectives } from './load-objectives.ts';
import { faultServices, startSenders, type Senders, type SentLog } from './fault-senders.ts';
import { wrongs } from './fault-verify.ts';
import { processesOf, victims, type Victim } from './fault-victims.ts';
import { caughtUp } from './ingest-caught-up.ts';
import { freePorts, makeToken, startProduct, type Product } from './product.ts';

const startsAgainMs = 90_000;
const connections = 20;

/** What came of it: how it was killed, what the senders know, and what is wrong in ClickHouse. */
export interface KillReport {
  readonly by: Readonly<Record<string, number>>;
  readonly withRequests: number;
  /** From a kill to the next acknowledgement, the longest. */
  readonly slowestMs: number;
  readonly answers: Readonly<Record<number, number>>;
  readonly log: SentLog;
  readonly wrongs: readonly string[];
}

/** Kills the product's processes in turn at random moments while senders that do not give up send to it. Throws when it does not start again. */
export const killUnderLoad = async (kills: number): Promise<KillReport> => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-fault-'));
  const ports = await freePorts();
  let product = await startProduct({ data, ports });
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    // One promise a service: their counts must equal the spans as every other count does.
    const promises = Array.from({ length: faultServices }, (_, index) => ({
      name: `fault-${index}`,
      service: `fault-${index}`,
      bad: { status: 'error' },
    }));
    await applyObjectives(product, token, promises);
    const senders = startSenders(product.otlpHttpUrl, connections, 40);
    await senders.nextAcknowledgement(60_000);
    const done = { withRequests: 0, slowestMs: 0, by: {} as Record<string, number> };
    for (let count = 0; count < kills; count += 1) {
      await pause(300 + Math.random() * 2_500);
      product = await killOnce(product, senders, victims[count % victims.length]!, done, { data, ports });
    }
    const log = await senders.finish(120_000);
    await caughtUp(product, token, 180_000);
    return { ...done, answers: senders.answers(), log, wrongs: await wrongs(data, log, { withObjectives: true }) };
  } finally {
    await product.stop();
    for (const pid of processesOf(product, 'everything')) killQuietly(pid);
    await rm(data, { recursive: true, force: true });
  }
};

const killOnce = async (
  product: Product,
  senders: Senders,
  victim: Victim,
  done: { withRequests: number; slowestMs: number; by: Record<string, number> },
  again: { data: string; ports: [number, number, number] },
): Promise<Product> => {
  // Between two requests of a sender there are pauses; a kill waits a moment for one that is on its way.
  for (let tries = 0; senders.inFlight() === 0 && tries < 50; tries += 1) await pause(5);
  const pids = processesOf(product, victim);
  if (senders.inFlight() > 0) done.withRequests += 1;
  for (const pid of pids) killQuietly(pid);
  // The supervisor may have begun a new server while the list was made.
  for (let left = pids; victim === 'everything' && left.length > 0; left = processesOf(product, victim)) {
    for (const pid of left) killQuietly(pid);
    await pause(20);
  }
  const fromMs = performance.now();
  done.by[victim] = (done.by[victim] ?? 0) + 1;
  const next = victim === 'everything' ? await startProduct(again) : product;
  await senders.nextAcknowledgement(startsAgainMs);
  done.slowestMs = Math.max(done.slowestMs, performance.now() - fromMs);
  return next;
};

const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended already.
  }
};
