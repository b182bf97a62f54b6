import { Refusal } from '../../../kernel/problem.ts';
import { repeatUntil, type EventStream } from './event-streams.ts';
import type { Reads } from './signals/reads.ts';

/** How often the newest rollups are looked at while somebody watches. */
const pauseMs = 1_000;
/** What is older than this and still changes (late data) shows at the page's own next refresh. */
const watchedSeconds = 600;

export interface LiveRollups {
  /** Tells the stream now and whenever newer figures can be read; one look serves all streams. */
  watch(stream: EventStream): void;
  stop(): void;
}

/** Looks into the tables, so that it works in every process, whichever one delivers. */
export const createLiveRollups = (reads: Reads): LiveRollups => {
  const streams = new Set<EventStream>();
  let running: AbortController | null = null;
  let print = '';
  let engine = '';
  let through: string | null = null;

  const tell = (event: string, data: unknown): void => {
    for (const stream of streams) stream.send(event, data);
  };
  const tellEngine = (): void => {
    const { state, detail } = reads.engine.status();
    if (state === engine) return;
    engine = state;
    tell('engine', { state, detail });
  };
  const look = async (): Promise<void> => {
    tellEngine();
    const since = Math.floor(reads.clock.now().epochMilliseconds / 1_000) - watchedSeconds;
    const [row] = await reads.engine.read<{ print: string; through: string }>(
      `-- Whether any count of the last minutes changed: rows are replaced, so before a merge each change adds one.
       SELECT concat(toString(count()), ' ', toString(sum(requests)), ' ', toString(sum(errors))) AS print,
              formatDateTime(greatest(max(bucket), toDateTime({since:UInt32}, 'UTC')) + INTERVAL 10 SECOND, '%Y-%m-%dT%H:%i:%SZ', 'UTC') AS through
       FROM telemetry_services_10s WHERE toStartOfMinute(bucket) >= toStartOfMinute(toDateTime({since:UInt32}, 'UTC')) AND bucket >= toDateTime({since:UInt32}, 'UTC')`,
      { since },
      { timeoutMs: 5_000 },
    );
    if (!row || row.print === print) return;
    print = row.print;
    through = row.through;
    tell('rollups', { through });
  };
  const failed = (error: unknown): void => {
    if (!(error instanceof Refusal)) throw error;
    tellEngine();
  };

  return {
    watch: (stream) => {
      streams.add(stream);
      stream.send('engine', { state: reads.engine.status().state, detail: reads.engine.status().detail });
      if (through !== null) stream.send('rollups', { through });
      stream.closed.addEventListener('abort', () => {
        streams.delete(stream);
        if (streams.size > 0) return;
        running?.abort();
        running = null;
        through = null;
        print = '';
      });
      if (running) return;
      running = new AbortController();
      void repeatUntil(running.signal, pauseMs, look, failed);
    },
    stop: () => running?.abort(),
  };
};
