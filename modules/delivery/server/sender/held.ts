import type { TakenMessage } from '../store/sending.ts';

/** What this process holds: by message for the leases, by lane for the places. */
export interface Held {
  add(message: TakenMessage): void;
  /** The message is settled here, or lost. */
  release(message: TakenMessage): void;
  /** The next message of a lane that has a free place, in the order in which they were taken; null when none has. */
  next(): TakenMessage | null;
  /** A place of the lane is free again. */
  done(message: TakenMessage): void;
  /** How many more each known lane may take. */
  free(): ReadonlyMap<string, number>;
  count(): number;
  all(): readonly TakenMessage[];
}

/** Messages that wait here for a place, as a multiple of the places: so that a place is never idle for a round trip. */
const waitingFactor = 1;

/** `placesOf` says how many calls of a lane run at once in this process. */
export const createHeld = (placesOf: (lane: string) => number): Held => {
  const everything = new Map<string, TakenMessage>();
  const lanes = new Map<string, { waiting: TakenMessage[]; running: number }>();
  const laneOf = (name: string) => {
    const known = lanes.get(name);
    if (known) return known;
    const fresh = { waiting: [], running: 0 };
    lanes.set(name, fresh);
    return fresh;
  };
  return {
    add: (message) => {
      everything.set(message.id, message);
      laneOf(message.lane).waiting.push(message);
    },
    release: (message) => void everything.delete(message.id),
    next: () => {
      for (const [name, lane] of lanes) {
        if (lane.waiting.length === 0 || lane.running >= placesOf(name)) continue;
        lane.running += 1;
        // Behind the others, so that lanes take turns.
        lanes.delete(name);
        lanes.set(name, lane);
        return lane.waiting.shift()!;
      }
      return null;
    },
    done: (message) => {
      const lane = laneOf(message.lane);
      lane.running -= 1;
      if (lane.running === 0 && lane.waiting.length === 0) lanes.delete(message.lane);
    },
    free: () =>
      new Map(
        [...lanes].map(([name, { waiting, running }]) => [
          name,
          Math.max(0, placesOf(name) * (1 + waitingFactor) - waiting.length - running),
        ]),
      ),
    count: () => everything.size,
    all: () => [...everything.values()],
  };
};
