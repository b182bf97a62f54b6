import type { Log } from '../../../../platform/log/log.ts';
import { markDelivered, removeSegment, type Segment } from './segment.ts';

/** Segments that ClickHouse holds, until their time in the folder is over. */
export interface DeliveredSegments {
  /** `number` is the rollups' number of this delivery; a segment from before this start has none and is done. */
  add(segment: Segment, number: number | null): void;
  /** Deliveries up to `fresh` show in the golden signals, those up to `all` are counted and told everywhere. */
  covered(fresh: number, all: number): void;
  /** Every segment is counted and told. */
  allDone(): boolean;
  done(): readonly Segment[];
  forget(segments: ReadonlySet<Segment>): void;
  /** Removes the files of segments that were delivered long enough ago. */
  tidy(): Promise<void>;
  /** Resolves when the disk knows what is done. */
  marked(): Promise<void>;
}

interface Entry {
  readonly segment: Segment;
  readonly number: number;
  readonly atMs: number;
  isFresh: boolean;
  isDone: boolean;
}

export interface DeliveredOptions {
  readonly folder: string;
  readonly log: Log;
  readonly nowMs: () => number;
  readonly keptMs: number;
  /** A segment with spans shows in the golden signals; milliseconds since its first batch came. */
  readonly onFresh: (ageMs: number) => void;
}

export const createDeliveredSegments = (options: DeliveredOptions): DeliveredSegments => {
  const { folder, log, nowMs } = options;
  let entries: Entry[] = [];
  let marking: Promise<unknown> = Promise.resolve();
  const mark = (segment: Segment): Promise<void> =>
    markDelivered(folder, segment).catch((error: unknown) => {
      const text = 'a delivered segment could not be marked; it is looked at again after a restart';
      log.warn({ error: String(error) }, text);
    });
  return {
    add: (segment, number) => {
      const known = number === null;
      entries.push({ segment, number: number ?? 0, atMs: nowMs(), isFresh: known, isDone: known });
    },
    covered: (fresh, all) => {
      for (const entry of entries) {
        if (!entry.isFresh && entry.number <= fresh) {
          entry.isFresh = true;
          if (entry.segment.tenSeconds.length > 0) options.onFresh(Math.max(0, nowMs() - entry.segment.oldestMs));
        }
        if (!entry.isDone && entry.number <= all) {
          entry.isDone = true;
          marking = Promise.all([marking, mark(entry.segment)]);
        }
      }
    },
    allDone: () => entries.every((entry) => entry.isDone),
    done: () => entries.filter((entry) => entry.isDone).map(({ segment }) => segment),
    forget: (segments) => {
      entries = entries.filter(({ segment }) => !segments.has(segment));
    },
    tidy: async () => {
      const over = new Set(entries.filter((entry) => entry.isDone && nowMs() - entry.atMs >= options.keptMs));
      if (over.size === 0) return;
      entries = entries.filter((entry) => !over.has(entry));
      for (const { segment } of over) await removeSegment(folder, segment.name);
    },
    marked: async () => void (await marking),
  };
};
