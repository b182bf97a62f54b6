import { Gauge } from 'prom-client';
import { Refusal } from '../../kernel/problem.ts';
import type { Call } from '../http/http.ts';
import type { Ground } from '../module/ground.ts';
import { answerOf } from './answer.ts';
import { streamEvents } from './contract.ts';
import { kindsOf, matchesKind } from './kind-filter.ts';
import type { SealedEvent } from './ledger.ts';

export interface StreamLimits {
  /** Streams of one process at a time. */
  readonly streamsMax: number;
  /** A comment goes out this often, so that proxies keep the stream open and both sides see when it is gone. */
  readonly heartbeatMs: number;
  /** After this the stream ends and the browser comes back: a session that was ended meanwhile is then refused. */
  readonly lifeMs: number;
  /** A reader that is this far behind is cut off; it resumes where it was. */
  readonly waitingBytesMax: number;
}

export const streamLimits: StreamLimits = {
  streamsMax: 500,
  heartbeatMs: 15_000,
  lifeMs: 10 * 60_000,
  waitingBytesMax: 8 * 1024 * 1024,
};

const comeBackMs = 2_000;

/** Serves GET /api/v1/events: sealed events as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export const serveEvents = (
  { http, ledger, metrics }: Pick<Ground, 'http' | 'ledger' | 'metrics'>,
  forAdmins: readonly string[] = [],
  limits: StreamLimits = streamLimits,
): void => {
  const ends = new Set<() => void>();
  const open = new Gauge({ name: 'leadline_event_streams', help: 'Open streams of events', registers: [metrics] });
  // Streams never end by themselves, so a shutdown would wait for them.
  http.fastify.addHook('preClose', async () => {
    for (const end of ends) end();
  });
  http.route(streamEvents, async (call) => {
    if (ends.size >= limits.streamsMax) {
      throw new Refusal({
        status: 503,
        code: 'ledger.too-many-streams',
        title: 'Too many streams of events are open',
        detail: `This process serves ${limits.streamsMax} at a time. Close one or come back later.`,
        retryAfterSeconds: 30,
      });
    }
    const after = placeAfter(call);
    const kinds = kindsOf(call.query.kind);
    const hidden = call.signedIn().role === 'admin' ? [] : forAdmins;
    const { raw } = call.reply.hijack();
    raw.writeHead(200, {
      ...(call.reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write(`retry: ${comeBackMs}\n\n`);
    const following = ledger.follow(after, (event) => {
      if (!matchesKind(kinds, event.kind) || matchesKind(hidden, event.kind)) return;
      raw.write(frameOf(event));
      if (raw.writableLength > limits.waitingBytesMax) raw.destroy();
    });
    const heartbeat = setInterval(() => raw.write(': still here\n\n'), limits.heartbeatMs);
    const life = setTimeout(() => raw.end(), limits.lifeMs);
    const end = (): void => void raw.end();
    ends.add(end);
    open.set(ends.size);
    raw.on('close', () => {
      following.stop();
      clearInterval(heartbeat);
      clearTimeout(life);
      ends.delete(end);
      open.set(ends.size);
    });
    return undefined;
  });
};

/** JSON has no raw line breaks, so one `data:` line holds an event. */
const frameOf = (event: SealedEvent): string => `id: ${event.place}\ndata: ${JSON.stringify(answerOf(event))}\n\n`;

/** A browser that comes back names the last place it saw; that counts more than what the address said at first. */
const placeAfter = (call: Call<typeof streamEvents>): bigint | null => {
  const header = call.request.headers['last-event-id'];
  if (typeof header === 'string' && header !== '') {
    if (/^\d{1,18}$/.test(header)) return BigInt(header);
    throw new Refusal({
      status: 400,
      code: 'ledger.bad-place',
      title: 'Last-Event-ID is not a place in the ledger',
      detail: 'Send the id of the last event that was read, unchanged.',
    });
  }
  return call.query.after === undefined ? null : BigInt(call.query.after);
};
