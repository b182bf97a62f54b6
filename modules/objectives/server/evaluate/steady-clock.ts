import type { Clock } from '../../../../platform/clock/clock.ts';

/** More than this between what the wall clock and a clock that only grows say has passed is a jump. */
export const jumpSecondsMin = 30;
/** After a jump nothing is decided for so long: the clock may jump back, and what was sent under the old one arrives. */
export const holdSeconds = 60;

/** Watches the wall clock: null while it is steady, else in words why nothing is decided now. */
export interface SteadyClock {
  look(): string | null;
}

export const createSteadyClock = (clock: Clock): SteadyClock => {
  let wallMs = clock.now().epochMilliseconds;
  let monotonicMs = clock.monotonicMs();
  let heldUntilMs = -Infinity;
  let jumpedSeconds = 0;
  return {
    look: () => {
      const now = { wall: clock.now().epochMilliseconds, monotonic: clock.monotonicMs() };
      const jumpMs = now.wall - wallMs - (now.monotonic - monotonicMs);
      wallMs = now.wall;
      monotonicMs = now.monotonic;
      if (Math.abs(jumpMs) >= jumpSecondsMin * 1_000) {
        jumpedSeconds = Math.round(jumpMs / 1_000);
        heldUntilMs = now.monotonic + holdSeconds * 1_000;
      }
      if (now.monotonic >= heldUntilMs) return null;
      const way = jumpedSeconds > 0 ? 'forward' : 'back';
      return `The clock jumped ${way} by ${Math.abs(jumpedSeconds)} s; nothing is decided until it was steady for ${holdSeconds} s.`;
    },
  };
};
