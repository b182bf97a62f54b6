import { Worker } from 'node:worker_threads';
import type { Log } from '../../../../../platform/log/log.ts';
import { mappingLimits, type MapAnswer, type MappingFault, type MapRequest } from './map-request.ts';
import { Turns } from './turns.ts';

export type Mapped =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly fault: MappingFault };

export interface Waiting {
  readonly request: MapRequest;
  /** With how long it took, in milliseconds. */
  readonly resolve: (mapped: Mapped, ms: number) => void;
}

interface Running extends Waiting {
  watchdog: NodeJS.Timeout;
  began: number;
}

/**
 * One thread for mappings, started by the first. A mapping that does not come to an end, or takes too much memory, ends with its
 * thread; the next one gets another.
 */
export class MappingThread {
  readonly waiting = new Turns<Waiting>();
  private readonly log: Log;
  private worker: Worker | null = null;
  private isReady = false;
  private current: Running | null = null;

  constructor(log: Log) {
    this.log = log;
  }

  add(owner: string, waiting: Waiting): void {
    this.waiting.add(owner, waiting);
    this.next();
  }

  async stop(): Promise<void> {
    const stopping = faultOf('Leadline is stopping.');
    for (let left = this.waiting.take(); left; left = this.waiting.take()) left.resolve(stopping, 0);
    const ended = this.worker;
    this.worker = null;
    if (this.current) this.finish(stopping);
    await ended?.terminate();
  }

  private next(): void {
    const taken = this.current === null ? this.waiting.take() : undefined;
    if (!taken) return;
    this.worker ??= this.start();
    // A thread that has yet to begin takes its time for that, which is not the mapping's.
    const ms = this.isReady ? mappingLimits.hardMs : mappingLimits.startMs;
    this.current = { ...taken, watchdog: this.watch(ms), began: performance.now() };
    this.worker.postMessage(taken.request);
  }

  private watch(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.end(`It takes longer than ${ms / 1_000} s.`), ms);
  }

  private begun(): void {
    this.isReady = true;
    if (!this.current) return;
    clearTimeout(this.current.watchdog);
    this.current.watchdog = this.watch(mappingLimits.hardMs);
    this.current.began = performance.now();
  }

  private finish(mapped: Mapped): void {
    const done = this.current;
    this.current = null;
    if (!done) return;
    clearTimeout(done.watchdog);
    done.resolve(mapped, performance.now() - done.began);
    this.next();
  }

  private end(message: string): void {
    const ended = this.worker;
    this.worker = null;
    void ended?.terminate();
    this.finish(faultOf(message));
  }

  private start(): Worker {
    this.isReady = false;
    const started = new Worker(new URL('./mapping-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: mappingLimits.heapMegabytes, stackSizeMb: 4 },
      env: {},
    });
    started.unref();
    started.on('message', (answer: MapAnswer) => {
      if (started !== this.worker) return;
      if ('ready' in answer) return this.begun();
      if (answer.id !== this.current?.request.id) return;
      this.finish(answer.ok ? { ok: true, result: JSON.parse(answer.result) } : { ok: false, fault: answer.fault });
    });
    started.on('error', (error) => {
      this.log.warn({ err: error }, 'the thread of mappings failed');
      if (started === this.worker) this.end('It takes too much memory.');
    });
    started.on('exit', () => {
      if (started === this.worker) this.end('It cannot be computed.');
    });
    return started;
  }
}

const faultOf = (message: string): Mapped => ({ ok: false, fault: { message, line: null, column: null } });
