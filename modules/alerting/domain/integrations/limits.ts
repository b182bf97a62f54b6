/** Bounds of integrations, in one place. */
export const integrationLimits = {
  integrations: 2_000,
  descriptionLength: 2_000,
  settingsBytes: 64 * 1_024,
  /** Keys of one integration that work at a time: the one in use, the one that replaces it, and a few mistakes. */
  keys: 5,
  /** How long the key before works beside a new one, where nobody says otherwise. */
  overlapSeconds: 86_400,
  overlapSecondsMost: 90 * 86_400,
  /** A key that was looked up is believed so long without asking again; a revoked one is forgotten at once, by notice. */
  keyCacheMs: 5_000,
  keyCacheEntries: 5_000,
  /** Between two notes of when a key was used. */
  lastUsedEverySeconds: 60,
  /** Payloads kept an integration, and as many faulty ones. */
  payloads: 50,
  /** Of the good ones of one second, where the second before had more: of who sends hundreds of large ones the last few say enough. */
  busyBytesAtOnce: 640 * 1_024,
  /** Of one payload; what is longer is cut, and cannot be played again. */
  payloadBytes: 256 * 1_024,
  /** Of all payloads of an integration, good and faulty each. */
  payloadsBytes: 4 * 1_024 * 1_024,
  headerBytes: 8 * 1_024,
  outcomeBytes: 16 * 1_024,
  errorLength: 4_000,
  /** Between two writes of good payloads and counts; faulty ones are written before the sender's answer. */
  flushMs: 1_000,
  /** Faulty payloads of one integration that are written before the answer, between two writes; more of them wait for the next. */
  faultyAtOnce: 10,
  /** Payloads that wait in memory to be written. */
  waitingBytes: 32 * 1_024 * 1_024,
  /** Largest body of a webhook. */
  bodyBytes: 5 * 1_024 * 1_024,
  /** Requests of one integration that one process works on at a time; more are told to come again. */
  inFlight: 256,
  /** Counts an hour are kept so long. */
  hoursDays: 30,
  /** How long a test waits to be decided. */
  testWaitMs: 15_000,
  /** A test alert ends by itself, so that none stays open. */
  testMinutes: 15,
} as const;
