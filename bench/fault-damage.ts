import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanFrames } from '../modules/telemetry/server/keep/frame.ts';
import { segmentOfName } from '../modules/telemetry/server/keep/segment-id.ts';
import { startSenders } from './fault-senders.ts';
import { processesOf } from './fault-victims.ts';
import { wrongs } from './fault-verify.ts';
import { caughtUp } from './ingest-caught-up.ts';
import { freePorts, makeToken, startProduct } from './product.ts';

/** Kills the product with batches in the log, damages one in the middle and cuts the end off, and starts it again. */
export const damagedLog = async (report: (well: boolean, text: string) => void): Promise<void> => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-fault-'));
  const ports = await freePorts();
  let product = await startProduct({ data, ports });
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const senders = startSenders(product.otlpHttpUrl, 20, 5);
    await senders.nextAcknowledgement(60_000);
    // Without the engine the log fills; then nobody is left to write to it.
    for (const pid of processesOf(product, 'clickhouse')) process.kill(pid, 'SIGSTOP');
    for (const until = senders.acknowledged() + 200; senders.acknowledged() < until;)
      await senders.nextAcknowledgement(60_000);
    for (const pid of processesOf(product, 'everything')) process.kill(pid, 'SIGKILL');
    const logging = senders.finish(500);
    const log = await logging;
    const damaged = await damageNewest(join(data, 'telemetry', 'log'));
    product = await startProduct({ data, ports });
    if (!(await product.ready(120_000))) throw new Error('Leadline did not start again over a damaged log');
    await caughtUp(product, token, 120_000);
    const status = (await (
      await fetch(`${product.url}/api/v1/telemetry/status`, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as { quarantine: { reason: string }[] };
    const shown = status.quarantine.filter(({ reason }) => reason === 'log-damaged').length;
    report(shown >= 1, `a damaged batch in the middle of the log is set aside and shown (${shown} in the quarantine)`);
    const found = await wrongs(data, log, { allowedLoss: damaged });
    report(
      found.length === 0,
      found.length === 0
        ? `the other ${log.acknowledged.length - damaged} requests are there exactly once, the torn end stopped nothing`
        : `${found.length} wrongs:\n  ${found.slice(0, 10).join('\n  ')}`,
    );
  } finally {
    await product.stop();
    for (const pid of processesOf(product, 'everything')) process.kill(pid, 'SIGKILL');
    await rm(data, { recursive: true, force: true });
  }
};

/** Flips a bit in one whole batch that is not the last, and puts half a write at the end. Returns how many batches it hit. */
const damageNewest = async (folder: string): Promise<number> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  for (const name of names.reverse()) {
    const file = join(folder, name);
    const bytes = await readFile(file);
    const { frames } = scanFrames(bytes, segmentOfName(name)!.seed);
    if (frames.length < 3) continue;
    const middle = frames[Math.floor(frames.length / 2)]!;
    bytes[middle.payloadFrom + 5]! ^= 0x40;
    await writeFile(file, bytes);
    await appendFile(file, bytes.subarray(0, 100));
    return 1;
  }
  throw new Error('no log file holds three batches');
};
