import type { Socket } from 'node:net';

/** What carries letters to one server over one connection. */
export interface Carrier {
  close(): void;
}

interface Line<Own extends Carrier> {
  readonly carrier: Own;
  /** Its connection; null before the first letter. */
  socket: Socket | null;
  idle: NodeJS.Timeout | null;
}

export interface Lines<Own extends Carrier> {
  /** One letter over a line of its own; when `signal` aborts, that line's connection ends in the middle, and no other. */
  use<Value>(signal: AbortSignal, work: (carrier: Own) => Promise<Value>): Promise<Value>;
  close(): void;
}

/** Mail servers close what is idle; a line that was closed there would fail its next letter. */
const idleMs = 20_000;

/**
 * At most `most` connections to one server, each for one letter at a time: a library's pool cannot end the one call that took too
 * long, and what is not ended may still be delivered long after the next try. `open` tells each connection that it makes.
 */
export const createLines = <Own extends Carrier>(
  most: number,
  open: (connected: (socket: Socket) => void) => Own,
): Lines<Own> => {
  const all = new Set<Line<Own>>();
  const free: Line<Own>[] = [];
  const waiting: ((line: Line<Own>) => void)[] = [];
  const drop = (line: Line<Own>): void => {
    all.delete(line);
    if (free.includes(line)) free.splice(free.indexOf(line), 1);
    line.socket?.destroy();
    line.carrier.close();
  };
  const opened = (): Line<Own> => {
    const line: Line<Own> = { carrier: open((socket) => (line.socket = socket)), socket: null, idle: null };
    all.add(line);
    return line;
  };
  const taken = async (signal: AbortSignal): Promise<Line<Own>> => {
    signal.throwIfAborted();
    const line = free.pop() ?? (all.size < most ? opened() : null);
    if (line !== null) return line;
    const { promise, resolve, reject } = Promise.withResolvers<Line<Own>>();
    waiting.push(resolve);
    const leave = (): void => {
      const place = waiting.indexOf(resolve);
      if (place === -1) return;
      waiting.splice(place, 1);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', leave, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', leave));
  };
  const giveBack = (line: Line<Own>, isBroken: boolean): void => {
    if (isBroken) drop(line);
    const next = waiting.shift();
    if (next) return next(isBroken ? opened() : line);
    if (isBroken) return;
    free.push(line);
    line.idle = setTimeout(() => drop(line), idleMs).unref();
  };
  return {
    use: async (signal, work) => {
      const line = await taken(signal);
      if (line.idle) clearTimeout(line.idle);
      const end = (): void => void line.socket?.destroy();
      signal.addEventListener('abort', end, { once: true });
      try {
        signal.throwIfAborted();
        return await work(line.carrier);
      } finally {
        signal.removeEventListener('abort', end);
        giveBack(line, signal.aborted || line.socket?.destroyed === true);
      }
    },
    close: () => {
      for (const line of all) drop(line);
    },
  };
};
