import { Gauge } from 'prom-client';
import { Refusal } from '../../../kernel/problem.ts';
import type { Call } from '../../../platform/http/http.ts';
import type { Ground } from '../../../platform/module/ground.ts';
import { telemetryCodes } from '../contract.ts';

/** One open stream of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface EventStream {
  send(event: string, data: unknown): void;
  /** Aborted when the reader has gone, the stream's time is over, or the server stops. */
  readonly closed: AbortSignal;
}

export interface EventStreams {
  open(call: Pick<Call<never>, 'reply'>): EventStream;
}

export interface StreamLimits {
  readonly streamsMax: number;
  readonly heartbeatMs: number;
  /** After this the browser comes back, and a session that was ended meanwhile is refused. */
  readonly lifeMs: number;
  /** A reader that is this far behind is cut off. */
  readonly waitingBytesMax: number;
}

const streamLimits: StreamLimits = {
  streamsMax: 200,
  heartbeatMs: 15_000,
  lifeMs: 10 * 60_000,
  waitingBytesMax: 4 * 1024 * 1024,
};
const comeBackMs = 2_000;

/** Streams of live telemetry: what is read from ClickHouse as it comes, which is not on the ledger. */
export const createEventStreams = (
  { http, metrics }: Pick<Ground, 'http' | 'metrics'>,
  limits: StreamLimits = streamLimits,
): EventStreams => {
  const ends = new Set<() => void>();
  const count = new Gauge({
    name: 'leadline_telemetry_streams',
    help: 'Open streams of live telemetry',
    registers: [metrics],
  });
  // Streams never end by themselves, so a shutdown would wait for them.
  http.fastify.addHook('preClose', async () => {
    for (const end of ends) end();
  });
  return {
    open: ({ reply }) => {
      if (ends.size >= limits.streamsMax) {
        throw new Refusal({
          status: 503,
          code: telemetryCodes.tooManyStreams,
          title: 'Too many live streams are open',
          detail: `This process serves ${limits.streamsMax} at a time. Close one or come back later.`,
          retryAfterSeconds: 30,
        });
      }
      const { raw } = reply.hijack();
      raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      raw.write(`retry: ${comeBackMs}\n\n`);
      const gone = new AbortController();
      const heartbeat = setInterval(() => raw.write(': still here\n\n'), limits.heartbeatMs);
      const end = (): void => void raw.end();
      const life = setTimeout(end, limits.lifeMs);
      ends.add(end);
      count.set(ends.size);
      raw.on('close', () => {
        gone.abort();
        clearInterval(heartbeat);
        clearTimeout(life);
        ends.delete(end);
        count.set(ends.size);
      });
      return {
        closed: gone.signal,
        send: (event, data) => {
          if (gone.signal.aborted) return;
          // JSON has no raw line breaks, so one `data:` line holds it.
          raw.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
          if (raw.writableLength > limits.waitingBytesMax) raw.destroy();
        },
      };
    },
  };
};

/** Calls `work` now and again `pauseMs` after it ended, until the signal is aborted. What it throws is given to `onError`. */
export const repeatUntil = async (
  signal: AbortSignal,
  pauseMs: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> => {
  while (!signal.aborted) {
    await work().catch((error: unknown) => {
      if (!signal.aborted) onError(error);
    });
    await pause(signal, pauseMs);
  }
};

const pause = (signal: AbortSignal, ms: number): Promise<void> =>
  new Promise((done) => {
    if (signal.aborted) return done();
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
