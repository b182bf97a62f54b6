import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { damagedLog } from './fault-damage.ts';
import { diskFull } from './fault-disk.ts';
import { startSenders, type Senders } from './fault-senders.ts';
import { processesOf, type Victim, victims } from './fault-victims.ts';
import { wrongs } from './fault-verify.ts';
import { caughtUp } from './ingest-caught-up.ts';
import { freePorts, makeToken, startProduct, type Product } from './product.ts';

/**
 * npm run fault:ingest: kills the real product under load, again and again, and asks afterwards whether every acknowledged
 * span is there exactly once and every count equals its spans. Then a full disk and damaged log files.
 */
const { values: given } = parseArgs({ options: { kills: { type: 'string', default: '50' }, only: { type: 'string' } } });
const kills = Number(given.kills);
const wanted = (part: string): boolean => given.only === undefined || given.only.split(',').includes(part);
const startsAgainMs = 90_000;
const connections = 20;
let failed = false;

const report = (well: boolean, text: string): void => {
  failed ||= !well;
  console.log(`${well ? '✓' : '✗'} ${text}`);
};

const killing = async (): Promise<void> => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-fault-'));
  const ports = await freePorts();
  let product = await startProduct({ data, ports });
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const senders = startSenders(product.otlpHttpUrl, connections, 40);
    await senders.nextAcknowledgement(60_000);
    const done = { withRequests: 0, slowestMs: 0, by: {} as Record<string, number> };
    for (let count = 0; count < kills; count += 1) {
      await pause(300 + Math.random() * 2_500);
      product = await killOnce(product, senders, victims[count % victims.length]!, done, { data, ports });
    }
    const log = await senders.finish(120_000);
    await caughtUp(product, token, 180_000);
    console.log(`  ${JSON.stringify(done.by)}; answers ${JSON.stringify(senders.answers())}`);
    report(true, `${kills} kills; it always started again, the slowest acknowledged after ${(done.slowestMs / 1_000).toFixed(1)} s`);
    report(done.withRequests >= kills * 0.8, `${done.withRequests} of ${kills} kills with requests in flight (target at least four of five)`);
    report(log.unknown.length === 0, `${log.acknowledged.length} requests acknowledged, ${log.unknown.length} never`);
    const found = await wrongs(data, log);
    report(found.length === 0, found.length === 0 ? `every acknowledged span is there exactly once (${(log.acknowledged.length * 50).toLocaleString('en-US')}), every count equals its spans` : `${found.length} wrongs:\n  ${found.slice(0, 20).join('\n  ')}`);
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

if (wanted('kills')) await killing();
if (wanted('damage')) await damagedLog(report);
if (wanted('disk')) await diskFull(report);
console.log(failed ? '\nSomething was lost, doubled or did not start again.' : '\nNothing was lost or doubled.');
process.exit(failed ? 1 : 0);
