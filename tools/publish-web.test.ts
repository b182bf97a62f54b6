import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { builtAt, publishWeb } from './publish-web.ts';

// Promise: a server that runs while the screens are built again serves the old page or the new one, each with its files.

const root = mkdtempSync(join(tmpdir(), 'leadline-publish-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const build = (name: string): string => {
  const folder = join(root, `build-${name}`);
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'assets', `main-${name}.js`), `// ${name}`);
  writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
  writeFileSync(join(folder, 'index.html'), `<script src="/assets/main-${name}.js"></script>`);
  return folder;
};

test('the page that is served names only files that are there, however often it is built meanwhile', async () => {
  const served = join(root, 'served');
  publishWeb(build('first'), served, Date.now());
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const reader = new Worker(
    `const { readFileSync, existsSync } = require('node:fs');
     const { workerData: { served, stop }, parentPort } = require('node:worker_threads');
     let looks = 0;
     const missing = [];
     do {
       const name = /main-\\w+\\.js/.exec(readFileSync(served + '/index.html', 'utf8'))[0];
       if (!existsSync(served + '/assets/' + name)) missing.push(name);
       looks += 1;
       if (looks === 1) parentPort.postMessage('looking');
     } while (Atomics.load(stop, 0) === 0);
     parentPort.postMessage({ looks, missing });`,
    { eval: true, workerData: { served, stop } },
  );
  await new Promise((done) => reader.once('message', done));
  for (let at = 0; at < 200; at += 1) publishWeb(build(`x${at}`), served, Date.now());
  Atomics.store(stop, 0, 1);
  const { looks, missing } = await new Promise<{ looks: number; missing: string[] }>((done) =>
    reader.once('message', done),
  );
  expect(looks).toBeGreaterThan(1);
  expect(missing).toEqual([]);
  expect(readFileSync(join(served, 'index.html'), 'utf8')).toContain('main-x199.js');
});

test('files of the build before stay, older ones go, what another builder has just put there is left', () => {
  const served = join(root, 'generations');
  const assets = (): string[] => readdirSync(join(served, 'assets')).toSorted();
  publishWeb(build('one'), served, Date.now());
  publishWeb(build('two'), served, Date.now());
  expect(assets()).toEqual(['main-one.js', 'main-two.js']);
  publishWeb(build('three'), served, Date.now());
  // Too young to go.
  expect(assets()).toEqual(['main-one.js', 'main-three.js', 'main-two.js']);
  for (const name of ['one', 'two', 'three']) utimesSync(join(served, 'assets', `main-${name}.js`), 1, 1);
  publishWeb(build('four'), served, Date.now());
  expect(assets()).toEqual(['main-four.js', 'main-three.js']);
});

test('a build counts from when it began, and not before it is whole', () => {
  const served = join(root, 'stamp');
  expect(builtAt(served)).toBeNull();
  const built = build('stamp');
  const begunMs = Date.now() - 5_000;
  publishWeb(built, served, begunMs);
  expect(builtAt(served)).toBeCloseTo(begunMs, -1);
  expect(existsSync(built)).toBe(false);
});
