import jsonata from 'jsonata';
import { Refusal } from '../../../../../kernel/problem.ts';
import type { Log } from '../../../../../platform/log/log.ts';
import { faultOf } from './fault-place.ts';
import { mappingLimits, type MappingFault } from './map-request.ts';
import { MappingThread, type Mapped } from './mapping-thread.ts';

/** Computes mappings (JSONata) of payloads. */
export interface Mapper {
  /** `payload` is the JSON text, `owner` whose mapping it is: owners take turns. Throws a Refusal 429 where too many wait. */
  map(owner: string, expression: string, payload: string): Promise<Mapped>;
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

/**
 * Two threads for all mappings: whose last one took long goes to the slow one, so that an expression that runs to its limit each time
 * keeps nobody else waiting but those like it. In each thread owners take turns. The thread that pages never waits for what somebody
 * wrote into a field.
 */
export const createMapper = (log: Log): Mapper => {
  const threads = { quick: new MappingThread(log), slow: new MappingThread(log) };
  const slow = new Set<string>();
  let nextId = 1;
  const remember = (owner: string, ms: number): void => {
    slow.delete(owner);
    if (ms < mappingLimits.slowMs) return;
    if (slow.size >= mappingLimits.slowOwners) slow.delete(slow.keys().next().value!);
    slow.add(owner);
  };
  return {
    map: (owner, expression, payload) => {
      const fault = mappingFault(expression);
      if (fault !== null) return Promise.resolve({ ok: false, fault });
      const thread = slow.has(owner) ? threads.slow : threads.quick;
      if (thread.waiting.size >= mappingLimits.waiting || thread.waiting.waitingOf(owner) >= mappingLimits.waitingEach)
        return Promise.reject(tooMany());
      return new Promise((resolve) => {
        thread.add(owner, {
          request: { id: nextId++, expression, payload },
          resolve: (mapped, ms) => {
            remember(owner, ms);
            resolve(mapped);
          },
        });
      });
    },
    stop: async () => {
      await Promise.all([threads.quick.stop(), threads.slow.stop()]);
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
