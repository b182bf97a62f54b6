/** What the mapping thread is asked, and answers. Texts, because they cross threads cheaper than trees and nothing else can. */
export interface MapRequest {
  readonly id: number;
  readonly expression: string;
  readonly payload: string;
}

export type MapAnswer =
  /** The thread has begun: from now on its time counts. */
  | { readonly ready: true }
  | { readonly id: number; readonly ok: true; readonly result: string }
  | { readonly id: number; readonly ok: false; readonly fault: MappingFault };

/** What is wrong with a mapping, and where in it. */
export interface MappingFault {
  readonly message: string;
  /** Counted from 1; null where no place is known. */
  readonly line: number | null;
  readonly column: number | null;
}

/** Bounds of one mapping. */
export const mappingLimits = {
  expressionLength: 16 * 1_024,
  /** Jsonata's own clock, looked at between its steps. */
  softMs: 1_000,
  /** Then the thread is ended: one step (a regular expression) may never come to its end. */
  hardMs: 2_000,
  /** A thread begins within this time, also on a machine that is busy. */
  startMs: 30_000,
  /** Functions that call each other so deep. */
  stack: 250,
  /** Items that one step may make. */
  sequence: 100_000,
  heapMegabytes: 96,
  resultBytes: 8 * 1_024 * 1_024,
  /** Requests that wait for a thread; more are told to come again. */
  waiting: 256,
  /** Of them those of one owner. */
  waitingEach: 32,
  /** Whose last one took so long goes to the slow thread; a good one takes a few milliseconds. */
  slowMs: 200,
  /** Owners that are remembered as slow. */
  slowOwners: 1_000,
} as const;
