import { setTimeout as wait } from 'node:timers/promises';

/** A shared, loaded machine is slow, not wrong; what is right comes in milliseconds otherwise. */
const patienceMsMax = 20_000;
const lookMs = 10;

/** For tests: tries `check` until it no longer throws and gives back what it gave; throws its last error after 20 s. */
export const eventually = async <Value>(check: () => Value | Promise<Value>): Promise<Value> => {
  for (const deadline = performance.now() + patienceMsMax; ; await wait(lookMs)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
};
