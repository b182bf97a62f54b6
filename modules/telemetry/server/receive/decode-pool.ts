import { Worker } from 'node:worker_threads';
import type { Log } from '../../../../platform/log/log.ts';
import type { DecodedBody, DecodeFailure, DecodeJob, FromDecoder, ToDecoder } from './decode-messages.ts';
import { receiveLimits } from './receive-limits.ts';

/** An answer of a thread, and the way to tell it what became of the rows. */
export interface Pending {
  readonly answer: DecodedBody | DecodeFailure;
  settle(isKept: boolean): void;
}

interface Waiting {
  readonly job: DecodeJob;
  readonly resolve: (pending: Pending) => void;
}

interface PoolOptions {
  readonly threads: number;
  readonly redactsSecrets: boolean;
  readonly log: Log;
  /** A thread that takes longer is replaced; otherwise `receiveLimits.decodeMs`. */
  readonly decodeMs?: number;
}

const restartMs = 250;

/**
 * Decoding threads, one body each at a time, first come first served. A thread that dies or hangs is replaced; its
 * request is answered as failed (the sender tries again), the others go on.
 */
export class DecodePool {
  private readonly queue: Waiting[] = [];
  private readonly threads: DecodeThread[];
  private lastId = 0;
  private isStopping = false;

  constructor(options: PoolOptions) {
    this.threads = Array.from({ length: options.threads }, () => new DecodeThread(options, this));
  }

  /** Decodes one body in a thread; the buffer in it is handed over. Never rejects. */
  decode(job: Omit<DecodeJob, 'kind' | 'id'>): Promise<Pending> {
    return new Promise((resolve) => {
      this.lastId++;
      this.queue.push({ job: { kind: 'decode', id: this.lastId, ...job }, resolve });
      this.threads.find((thread) => thread.isIdle)?.next();
    });
  }

  /** Requests that wait for a thread. */
  waiting(): number {
    return this.queue.length;
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.failWaiting('the server stops');
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }

  /** Answers all that wait, when no thread will come for them. */
  failWaiting(detail: string): void {
    for (const { job, resolve } of this.queue.splice(0)) resolve(unsettled(job.id, detail));
  }

  /** The next request for a thread that is free. */
  take(): Waiting | undefined {
    return this.queue.shift();
  }

  get isEnding(): boolean {
    return this.isStopping;
  }

  /** Names that one thread let in are let in by all. */
  tellOthers(teller: DecodeThread, admissions: Uint32Array): void {
    if (admissions.length === 0) return;
    for (const thread of this.threads) if (thread !== teller) thread.learn(admissions);
  }
}

class DecodeThread {
  private readonly options: PoolOptions;
  private readonly pool: DecodePool;
  private worker: Worker;
  private isUp = false;
  private current: Waiting | null = null;
  private watchdog: NodeJS.Timeout | null = null;

  constructor(options: PoolOptions, pool: DecodePool) {
    this.options = options;
    this.pool = pool;
    this.worker = this.start();
  }

  get isIdle(): boolean {
    return this.isUp && this.current === null;
  }

  /** Takes up the next request, if there is one. */
  next(): void {
    const waiting = this.isIdle ? this.pool.take() : undefined;
    if (waiting === undefined) return;
    this.current = waiting;
    this.watchdog = setTimeout(() => void this.worker.terminate(), this.options.decodeMs ?? receiveLimits.decodeMs);
    this.worker.postMessage(waiting.job, [waiting.job.body.buffer]);
  }

  learn(admissions: Uint32Array): void {
    this.worker.postMessage({ kind: 'learn', admissions } satisfies ToDecoder);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), {
      workerData: { redactsSecrets: this.options.redactsSecrets },
      resourceLimits: { maxOldGenerationSizeMb: receiveLimits.heapMegabytes },
    });
    worker.on('message', (answer: FromDecoder) => this.answered(answer));
    worker.on('error', (error) => this.options.log.error({ err: error }, 'a decoding thread failed'));
    worker.on('exit', () => this.ended());
    return worker;
  }

  private answered(answer: FromDecoder): void {
    if (answer === 'ready') {
      this.isUp = true;
      this.next();
      return;
    }
    const finished = this.release();
    if (finished === null) return;
    if (answer.ok) this.pool.tellOthers(this, answer.admissions);
    const { worker } = this;
    const settle = (isKept: boolean): void =>
      worker.postMessage({ kind: 'settled', id: answer.id, isKept } satisfies ToDecoder);
    finished.resolve({ answer, settle });
    this.next();
  }

  private ended(): void {
    if (!this.isUp) this.pool.failWaiting('no decoding thread could start');
    this.isUp = false;
    const broken = this.release();
    if (broken !== null) broken.resolve(unsettled(broken.job.id, 'the decoding thread ended'));
    if (this.pool.isEnding) return;
    setTimeout(() => {
      if (this.pool.isEnding) return;
      this.worker = this.start();
    }, restartMs).unref();
  }

  private release(): Waiting | null {
    const { current } = this;
    this.current = null;
    if (this.watchdog !== null) clearTimeout(this.watchdog);
    return current;
  }
}

const unsettled = (id: number, detail: string): Pending => ({
  answer: { id, ok: false, reason: 'failed', detail },
  settle: () => undefined,
});
