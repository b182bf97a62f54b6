import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Leadline's own figures about what it receives, at `/metrics`. */
export interface ReceiveMetrics {
  /** Spans, data points, log records; `outcome` accepted, repeated, rejected, changed or redacted. */
  readonly items: Counter<'signal' | 'outcome' | 'reason'>;
  /** `outcome` is kept, repeated or the code of the refusal. */
  readonly requests: Counter<'signal' | 'protocol' | 'outcome'>;
  readonly bytes: Counter<'signal' | 'form'>;
  readonly decodeSeconds: Histogram<'signal'>;
}

export const createReceiveMetrics = (
  registry: Registry,
  state: { heldBytes(): number; waiting(): number },
): ReceiveMetrics => {
  const registers = [registry];
  new Gauge({
    name: 'leadline_otlp_held_bytes',
    help: 'Bytes of OTLP requests that are being received, decoded or kept',
    registers,
    collect() {
      this.set(state.heldBytes());
    },
  });
  new Gauge({
    name: 'leadline_otlp_waiting_requests',
    help: 'OTLP requests that wait for a decoding thread',
    registers,
    collect() {
      this.set(state.waiting());
    },
  });
  return {
    items: new Counter({
      name: 'leadline_otlp_items_total',
      help: 'Spans, data points and log records by what became of them',
      labelNames: ['signal', 'outcome', 'reason'],
      registers,
    }),
    requests: new Counter({
      name: 'leadline_otlp_requests_total',
      help: 'OTLP requests by what became of them',
      labelNames: ['signal', 'protocol', 'outcome'],
      registers,
    }),
    bytes: new Counter({
      name: 'leadline_otlp_bytes_total',
      help: 'Bytes of OTLP bodies over the wire and after decompression',
      labelNames: ['signal', 'form'],
      registers,
    }),
    decodeSeconds: new Histogram({
      name: 'leadline_otlp_decode_seconds',
      help: 'Time a thread took to decompress and decode a body',
      labelNames: ['signal'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
};
