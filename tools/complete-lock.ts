import { readFileSync, writeFileSync } from 'node:fs';
import { complete, type Lock } from './lock.ts';

/** `npm run lock`: run after every change of a dependency, so that `npm ci` passes on every platform. */
const file = new URL('../package-lock.json', import.meta.url);
const before = readFileSync(file, 'utf8');
const after = `${JSON.stringify(complete(JSON.parse(before) as Lock), null, 2)}\n`;
if (after === before) process.stdout.write('package-lock.json is complete.\n');
else {
  writeFileSync(file, after);
  process.stdout.write('package-lock.json: missing platform packages added, addresses removed.\n');
}
