// Loaded before the product (NODE_OPTIONS=--import): the wall clock of the process is off by as many milliseconds as a file says.
import { readFileSync } from 'node:fs';

const file = process.env.FAULT_CLOCK_FILE;
const lookEveryMs = 100;
const instant = Temporal.Now.instant;
const dateNow = Date.now;
let lookedAtMs = -Infinity;
let shiftMs = 0;

const shift = () => {
  if (performance.now() - lookedAtMs >= lookEveryMs) {
    lookedAtMs = performance.now();
    try {
      shiftMs = Number(readFileSync(file, 'utf8')) || 0;
    } catch {
      // Not written yet: the clock is right.
    }
  }
  return shiftMs;
};

if (file) {
  Date.now = () => dateNow() + shift();
  Temporal.Now.instant = () => instant.call(Temporal.Now).add({ milliseconds: shift() });
}
