import { shallowReactive } from 'vue';
import { ApiProblem, call } from '../../../../ui/api.ts';
import { acknowledgePage, resolvePage, type PageWhole } from '../../contract/pages.ts';

/** Waits between tries of an answer that could not be sent; the last one is repeated. */
export const retryMs = [1_000, 2_000, 4_000, 8_000, 15_000] as const;
/** An answer that could not be sent for so long is given up: who pressed it is told, and asked to press again. */
export const giveUpMs = 15 * 60_000;

export type AnswerVerb = 'acknowledge' | 'resolve';

/** An answer on its way: `sending` the first time, `waiting` since the server could not be reached. */
export interface Answer {
  readonly verb: AnswerVerb;
  readonly state: 'sending' | 'waiting';
  readonly since: number;
}

/** Answers on their way, by page. It outlives the screen: who goes on to another page does not call back what was pressed. */
export const answersOnTheWay = shallowReactive(new Map<string, Answer>());

export interface AnswerGround {
  readonly now: () => number;
  /** Resolves after the time, or sooner when the network is back. */
  readonly pause: (ms: number) => Promise<void>;
}

const browser: AnswerGround = {
  now: () => Date.now(),
  pause: (ms) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        window.removeEventListener('online', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      window.addEventListener('online', done);
    }),
};

/**
 * Sends an answer until the server has taken or refused it. A repeat is harmless: acknowledging and resolving twice is once.
 * Nothing is sent twice at a time for a page; a resolve overtakes an acknowledge that still waits. Throws what the server
 * refused; gives null where another answer has overtaken this one.
 */
export const sendAnswer = async (
  id: string,
  verb: AnswerVerb,
  { now, pause }: AnswerGround = browser,
): Promise<PageWhole | null> => {
  const mine: { current: Answer } = { current: { verb, state: 'sending', since: now() } };
  const set = (answer: Answer): void => {
    mine.current = answer;
    answersOnTheWay.set(id, answer);
  };
  set(mine.current);
  const overtaken = (): boolean => answersOnTheWay.get(id) !== mine.current;
  const shape = verb === 'acknowledge' ? acknowledgePage : resolvePage;
  for (let tries = 0; ; tries++) {
    try {
      const page = await call(shape, { params: { id } });
      if (overtaken()) return null;
      answersOnTheWay.delete(id);
      return page;
    } catch (cause) {
      if (overtaken()) return null;
      const isOver = now() - mine.current.since > giveUpMs;
      if (!isAway(cause) || isOver) {
        answersOnTheWay.delete(id);
        throw cause;
      }
      set({ ...mine.current, state: 'waiting' });
      await pause(retryMs[Math.min(tries, retryMs.length - 1)]!);
      if (overtaken()) return null;
    }
  }
};

/** No answer, or one that says "not now": worth another try. */
const isAway = (cause: unknown): boolean =>
  cause instanceof ApiProblem &&
  (cause.problem.status === 0 || cause.problem.status >= 500 || cause.problem.status === 429);
