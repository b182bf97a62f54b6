import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { freePorts, startProduct } from '../bench/product.ts';

// Promise: where only the supervisor was killed, its server stops by itself and a new start waits for it instead of giving up.

const data = mkdtempSync(join(tmpdir(), 'leadline-takeover-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));
const startMsMax = 60_000;

const serverPid = (): number => (JSON.parse(readFileSync(join(data, 'server.lock'), 'utf8')) as { pid: number }).pid;

test('the next start serves the same folder on the same ports', async () => {
  const ports = await freePorts();
  const first = await startProduct({ data, ports });
  expect(await first.ready(startMsMax)).toBe(true);
  const before = serverPid();
  // A sender that never finishes its request keeps the stopping server busy for as long as it gives to senders.
  const sender = connect(ports[1], '127.0.0.1');
  sender.on('error', () => undefined);
  onTestFinished(() => void sender.destroy());
  await new Promise<void>((done) => sender.once('connect', () => done()));
  sender.write(
    'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
  );
  // The server has seen the sender when it has answered one that came later.
  await fetch(`http://127.0.0.1:${ports[1]}/v1/traces`, { method: 'POST', body: '' });
  first.child.kill('SIGKILL');
  const second = await startProduct({ data, ports });
  onTestFinished(() => second.stop());
  await expect
    .poll(() => second.child.exitCode !== null || serverPidOrNull() !== before, { timeout: startMsMax })
    .toBe(true);
  expect(second.child.exitCode).toBeNull();
  expect(await second.ready(startMsMax)).toBe(true);
  expect(serverPid()).not.toBe(before);
}, 120_000);

const serverPidOrNull = (): number | null => {
  try {
    return serverPid();
  } catch {
    return null;
  }
};
