import { Worker } from 'node:worker_threads';
import type { Log } from '../../../../platform/log/log.ts';
import type { DecodedBody, DecodeFailure, DecodeJob, FromDecoder, ToDecoder } from './decode-messages.ts';
import { receiveLimits } from './receive-limits.ts';

export interface DecodePool {
  /** Decodes one body in a thread; the buffer in it is handed over. Never rejects. */
  decode(job: Omit<DecodeJob, 'kind' | 'id'>): Promise<Pending>;
  /** Requests that wait for a thread. */
  waiting(): number;
  stop(): Promise<void>;
}

/** An answer of a thread, and the way to tell it what became of the rows. */
export interface Pending {
  readonly answer: DecodedBody | DecodeFailure;
  settle(isKept: boolean): void;
}

interface Waiting {
  readonly job: DecodeJob;
  readonly resolve: (pending: Pending) => void;
}

interface Thread {
  worker: Worker;
  isUp: boolean;
  current: Waiting | null;
  timer: NodeJS.Timeout | null;
}

const restartMs = 250;

/**
 * Decoding threads, one body each at a time, first come first served. A thread that dies or hangs is replaced; its
 * request is answered as failed (the sender tries again), the others go on.
 */
export const createDecodePool = (options: {
  readonly threads: number;
  readonly redactsSecrets: boolean;
  readonly log: Log;
}): DecodePool => {
  const queue: Waiting[] = [];
  const threads: Thread[] = [];
  let lastId = 0;
  let isStopping = false;

  const send = (thread: Thread, message: ToDecoder): void => {
    if (message.kind === 'decode') thread.worker.postMessage(message, [message.body.buffer]);
    else thread.worker.postMessage(message);
  };

  const next = (thread: Thread): void => {
    const waiting = thread.isUp ? queue.shift() : undefined;
    if (waiting === undefined) return;
    thread.current = waiting;
    thread.timer = setTimeout(() => void thread.worker.terminate(), receiveLimits.decodeMs);
    send(thread, waiting.job);
  };

  const finish = (thread: Thread, answer: FromDecoder): void => {
    const { current } = thread;
    if (current === null || current.job.id !== answer.id) return;
    thread.current = null;
    if (thread.timer !== null) clearTimeout(thread.timer);
    if (answer.ok && answer.admissions.length > 0)
      for (const other of threads) if (other !== thread) send(other, { kind: 'learn', admissions: answer.admissions });
    const { worker } = thread;
    current.resolve({
      answer,
      settle: (isKept) => worker.postMessage({ kind: 'settled', id: answer.id, isKept } satisfies ToDecoder),
    });
    next(thread);
  };

  const start = (thread: Thread): void => {
    thread.worker = new Worker(new URL('./decode-worker.ts', import.meta.url), {
      workerData: { redactsSecrets: options.redactsSecrets },
      resourceLimits: { maxOldGenerationSizeMb: receiveLimits.heapMegabytes },
    });
    thread.worker.on('message', (answer: FromDecoder) => finish(thread, answer));
    thread.worker.on('error', (error) => options.log.error({ err: error }, 'a decoding thread failed'));
    thread.isUp = true;
    thread.worker.on('exit', () => {
      thread.isUp = false;
      if (thread.current !== null)
        finish(thread, { id: thread.current.job.id, ok: false, reason: 'failed', detail: 'the decoding thread ended' });
      if (!isStopping) setTimeout(() => !isStopping && restart(thread), restartMs).unref();
    });
  };

  const restart = (thread: Thread): void => {
    start(thread);
    next(thread);
  };

  for (let index = 0; index < options.threads; index++) {
    const thread = { isUp: false, current: null, timer: null } as unknown as Thread;
    threads.push(thread);
    start(thread);
  }

  return {
    decode: (job) =>
      new Promise((resolve) => {
        queue.push({ job: { kind: 'decode', id: ++lastId, ...job }, resolve });
        const idle = threads.find(({ current, isUp }) => isUp && current === null);
        if (idle !== undefined) next(idle);
      }),
    waiting: () => queue.length,
    stop: async () => {
      isStopping = true;
      for (const { job, resolve } of queue.splice(0))
        resolve({
          answer: { id: job.id, ok: false, reason: 'failed', detail: 'the server stops' },
          settle: () => undefined,
        });
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
};
