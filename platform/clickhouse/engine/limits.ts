/** Every bound of the engine process, by name. A request may ask for less, never for more. */
export const limits = {
  /** Statements running at once; the thread pool (`UV_THREADPOOL_SIZE`) is larger, so that files can still be read. */
  runningMax: 10,
  /** Of those, statements of the background lane: the rest is kept for interactive ones. */
  runningBackgroundMax: 4,
  waitingMax: 128,
  waitMs: 30_000,
  queryBytesMax: 1_048_576,
  bodyBytesMax: 512 * 1_048_576,
  /** As the engine holds them; columns of one value count once, so rows are bounded as well. */
  resultBytesMax: 256 * 1_048_576,
  resultRowsMax: 5_000_000,
  headerBytesMax: 65_536,
  headersMs: 10_000,
  /** From the first byte of a request to its last; slow senders end here. */
  requestMs: 300_000,
  paramsMax: 1_000,
  executionMsDefault: 60_000,
  executionMsMax: 3_600_000,
  memoryBytesDefault: 1_024 * 1_048_576,
  memoryBytesMax: 8_192 * 1_048_576,
  /** A statement that outlives its own time bound by this is killed from outside. */
  overrunMs: 2_000,
  drainMs: 15_000,
  connectionsMax: 512,
} as const;

export const threadPoolSize = 16;
