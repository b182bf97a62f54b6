import { Worker } from 'node:worker_threads';
import jsonata from 'jsonata';
import { Refusal } from '../../../../../kernel/problem.ts';
import type { Log } from '../../../../../platform/log/log.ts';
import { faultOf } from './fault-place.ts';
import { mappingLimits, type MapAnswer, type MappingFault, type MapRequest } from './map-request.ts';

export type Mapped =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly fault: MappingFault };

/** Computes mappings (JSONata) of payloads. */
export interface Mapper {
  /** `payload` is the JSON text. Throws a Refusal 429 where too many wait. */
  map(expression: string, payload: string): Promise<Mapped>;
  stop(): Promise<void>;
}

/** What is wrong with a mapping before any payload is there: it does not parse. Null: nothing. */
export const mappingFault = (expression: string): MappingFault | null => {
  if (expression.trim() === '') return { message: 'It is empty.', line: 1, column: 0 };
  if (expression.length > mappingLimits.expressionLength)
    return { message: `It is longer than ${mappingLimits.expressionLength} characters.`, line: null, column: null };
  try {
    jsonata(expression);
    return null;
  } catch (error) {
    return faultOf(error, expression);
  }
};

interface Waiting {
  readonly request: MapRequest;
  readonly resolve: (mapped: Mapped) => void;
}

/**
 * One thread for all mappings, started by the first. A mapping that does not come to an end, or takes too much memory, ends with its
 * thread; the next one gets another. The thread that pages never waits for what somebody wrote into a field.
 */
export const createMapper = (log: Log): Mapper => {
  const waiting: Waiting[] = [];
  let worker: Worker | null = null;
  let current: (Waiting & { readonly watchdog: NodeJS.Timeout }) | null = null;
  let nextId = 1;

  const finish = (mapped: Mapped): void => {
    const done = current;
    current = null;
    if (!done) return;
    clearTimeout(done.watchdog);
    done.resolve(mapped);
    next();
  };
  const end = (message: string): void => {
    const ended = worker;
    worker = null;
    void ended?.terminate();
    finish({ ok: false, fault: { message, line: null, column: null } });
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./mapping-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: mappingLimits.heapMegabytes, stackSizeMb: 4 },
      env: {},
    });
    started.unref();
    started.on('message', (answer: MapAnswer) => {
      if (started !== worker || answer.id !== current?.request.id) return;
      finish(answer.ok ? { ok: true, result: JSON.parse(answer.result) } : { ok: false, fault: answer.fault });
    });
    started.on('error', (error) => {
      log.warn({ err: error }, 'the thread of mappings failed');
      if (started === worker) end('It takes too much memory.');
    });
    started.on('exit', () => {
      if (started === worker) end('It cannot be computed.');
    });
    return started;
  };
  const next = (): void => {
    const taken = current === null ? waiting.shift() : undefined;
    if (!taken) return;
    worker ??= start();
    const watchdog = setTimeout(
      () => end(`It takes longer than ${mappingLimits.hardMs / 1_000} s.`),
      mappingLimits.hardMs,
    );
    current = { ...taken, watchdog };
    worker.postMessage(taken.request);
  };

  return {
    map: (expression, payload) => {
      const fault = mappingFault(expression);
      if (fault !== null) return Promise.resolve({ ok: false, fault });
      if (waiting.length >= mappingLimits.waiting) return Promise.reject(tooMany());
      return new Promise((resolve) => {
        waiting.push({ request: { id: nextId++, expression, payload }, resolve });
        next();
      });
    },
    stop: async () => {
      waiting.length = 0;
      const ended = worker;
      worker = null;
      if (current) finish({ ok: false, fault: { message: 'Leadline is stopping.', line: null, column: null } });
      await ended?.terminate();
    },
  };
};

const tooMany = (): Refusal =>
  new Refusal({
    status: 429,
    code: 'alerting.mappings-wait',
    title: 'Too many mappings wait to be computed',
    detail: 'Send the same again in a moment.',
    retryAfterSeconds: 1,
  });
