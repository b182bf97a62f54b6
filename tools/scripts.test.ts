import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

// Promise: whoever stops `npm start` (or demo, or shop) stops the product, and leaves nothing running without a parent.

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: Record<string, string>;
};

test.each(['start', 'demo', 'shop'])('npm run %s: the process that npm signals is the product itself', async (name) => {
  // Shell as npm uses it, and a tools/node that tells its number instead of starting anything.
  const folder = mkdtempSync(join(tmpdir(), 'leadline-scripts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tools'));
  writeFileSync(join(folder, 'tools', 'node'), 'echo $$');
  const shell = spawn('sh', ['-c', `${scripts[name]!} --port 0`], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  shell.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((done) => shell.once('close', done));
  expect(Number(said)).toBe(shell.pid);
});
