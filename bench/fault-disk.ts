import { statfs, mkdtemp, rm, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startSenders } from './fault-senders.ts';
import { wrongs } from './fault-verify.ts';
import { caughtUp } from './ingest-caught-up.ts';
import { makeToken, startProduct } from './product.ts';

/** Half of it lies between what is free at the start and the reserve: room for the first start, and for others on this disk. */
const ballastMb = 1_600;

/** Fills the disk below the reserve while telemetry comes in: it must be refused, the state stay writable, and all go on after. */
export const diskFull = async (report: (well: boolean, text: string) => void): Promise<void> => {
  const data = await mkdtemp(join(tmpdir(), 'leadline-fault-'));
  const ballast = join(data, 'ballast');
  const disk = await statfs(data);
  const reserveMb = Math.floor((disk.bavail * disk.bsize) / 1024 / 1024) - ballastMb / 2;
  const product = await startProduct({ data, environment: { LEADLINE_DISK_RESERVE_MB: String(reserveMb) } });
  try {
    if (!(await product.ready(120_000))) throw new Error('Leadline did not become ready within 120 s');
    const token = await makeToken(product, 'admin');
    const senders = startSenders(product.otlpHttpUrl, 5, 20);
    await senders.nextAcknowledgement(60_000);
    await fill(ballast);
    await until(() => (senders.answers()[503] ?? 0) > 5, 30_000);
    const refusal = await fetch(`${product.otlpHttpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: '0af7651916cd43dd8448eb211c80319c',
                    spanId: 'b7ad6b7169203331',
                    name: 'x',
                    kind: 1,
                    startTimeUnixNano: String(Date.now() * 1e6),
                    endTimeUnixNano: String(Date.now() * 1e6),
                  },
                ],
              },
            ],
          },
        ],
      }),
    });
    const words = await refusal.text();
    report(
      refusal.status === 503 && refusal.headers.get('retry-after') !== null && /disk/i.test(words),
      `with a full disk telemetry is answered ${refusal.status}, Retry-After ${refusal.headers.get('retry-after')}: ${words.slice(0, 160)}`,
    );
    const second = await makeToken(product, 'viewer').then(
      () => true,
      () => false,
    );
    report(second, 'with a full disk the state is still writable (a token was made)');
    await rm(ballast);
    await senders.nextAcknowledgement(60_000);
    report(true, 'with room again telemetry is accepted by itself');
    const log = await senders.finish(60_000);
    await caughtUp(product, token, 120_000);
    const found = await wrongs(data, log);
    report(
      found.length === 0,
      found.length === 0
        ? `every acknowledged span is there exactly once (${log.acknowledged.length * 50})`
        : `${found.length} wrongs:\n  ${found.slice(0, 10).join('\n  ')}`,
    );
  } finally {
    await product.stop();
    await rm(data, { recursive: true, force: true });
  }
};

const fill = async (file: string): Promise<void> => {
  const handle = await open(file, 'w');
  const block = Buffer.alloc(8 * 1024 * 1024, 1);
  for (let written = 0; written < ballastMb; written += 8) await handle.write(block);
  await handle.sync();
  await handle.close();
};

const until = async (condition: () => boolean, ms: number): Promise<void> => {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error('telemetry was not refused although the disk is full');
    await pause(100);
  }
};
