/** Bounds of the receivers; those on what a request may hold are in `domain/otlp-limits.ts`. */
export const receiveLimits = {
  /** Largest body as it comes over the wire. */
  wireBytes: 20 * 1024 * 1024,
  /** Largest body after decompression: what the OTLP specification recommends. */
  decodedBytes: 64 * 1024 * 1024,
  /** Largest JSON body: parsed JSON takes ten times its size for a moment. */
  jsonBytes: 32 * 1024 * 1024,
  /** Bytes of all requests that are being received, decoded or kept at one time. */
  inFlightBytes: 96 * 1024 * 1024,
  /** Requests that wait for a decoding thread. */
  waitingRequests: 2_048,
  connections: 2_048,
  headersMs: 10_000,
  /** From the first byte of a request to its last: slow senders end here. */
  requestMs: 30_000,
  keepAliveMs: 65_000,
  /** A decoding thread that takes longer is replaced. */
  decodeMs: 60_000,
  /** How long a shutdown waits for requests under way. */
  stopMs: 10_000,
  /** Seconds that a refused sender is told to wait. */
  retryAfterSeconds: 1,
  grpcStreams: 256,
  heapMegabytes: 512,
} as const;
