import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import { queryString } from '../../../ui/request-path.ts';
import { openStream } from '../../../ui/stream.ts';
import { liveLogs, type LogRecord } from '../contract.ts';

/** Records that the page keeps of a live tail; older ones leave at the end. */
export const liveRecordsMax = 1_000;
/** Records that wait while the tail is paused. */
const waitingMax = 5_000;
/** New records are drawn together this often, however many arrive. */
const drawMs = 200;

export interface LiveTail {
  /** Newest first. */
  readonly records: Readonly<Ref<readonly LogRecord[]>>;
  /** How many arrived while it was paused. */
  readonly waiting: Readonly<Ref<number>>;
  /** Records that the server left out because there were too many. */
  readonly skipped: Readonly<Ref<number>>;
  readonly paused: Ref<boolean>;
}

/** Hears new log records that meet `filter` while `on`; a change of the filter begins anew. */
export const useLiveTail = (on: () => boolean, filter: () => Record<string, unknown>): LiveTail => {
  const records = shallowRef<readonly LogRecord[]>([]);
  const waiting = ref(0);
  const skipped = ref(0);
  const paused = ref(false);
  let arrived: LogRecord[] = [];
  let stream: { stop(): void } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const draw = (): void => {
    timer = undefined;
    if (paused.value) {
      waiting.value = arrived.length;
      return;
    }
    if (arrived.length === 0) return;
    records.value = [...arrived.toReversed(), ...records.value].slice(0, liveRecordsMax);
    arrived = [];
    waiting.value = 0;
  };
  const hear = (data: unknown): void => {
    arrived.push(data as LogRecord);
    if (arrived.length > waitingMax) arrived.shift();
    timer ??= setTimeout(draw, drawMs);
  };
  const stop = (): void => {
    stream?.stop();
    stream = null;
    clearTimeout(timer);
    timer = undefined;
  };
  watch(
    [on, () => JSON.stringify(filter())],
    () => {
      stop();
      arrived = [];
      records.value = [];
      waiting.value = 0;
      skipped.value = 0;
      if (!on()) return;
      stream = openStream({
        url: `${liveLogs.path}${queryString(filter())}`,
        on: { log: hear, skipped: (data) => (skipped.value += (data as { count: number }).count) },
      });
    },
    { immediate: true },
  );
  watch(paused, draw);
  onScopeDispose(stop);
  return { records, waiting, skipped, paused };
};
