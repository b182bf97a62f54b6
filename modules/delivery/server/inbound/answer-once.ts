import { createHash } from 'node:crypto';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { claimInbound, dropInbound, keepAnswer } from './store.ts';

export interface Answered {
  readonly answer: string;
  /** It came before: nothing was done now. */
  readonly repeat: boolean;
}

/**
 * Does what an incoming message asks for once, however often it comes: `name` is what the sender calls it (a call and its key,
 * a Message-ID, a signature). A repeat gets the first answer; one that comes while the first is under way is told to come
 * again (409), and a first one whose process died is done by the next repeat.
 */
export type AnswerOnce = (name: string, act: () => Promise<string>) => Promise<Answered>;

export const createAnswerOnce = (postgres: Postgres): AnswerOnce => {
  return async (name, act) => {
    const id = createHash('sha256').update(name).digest();
    const held = await claimInbound(postgres, id);
    if (held.state === 'answered') return { answer: held.answer, repeat: true };
    if (held.state === 'under-way') {
      throw new Refusal({
        status: 409,
        code: 'delivery.reply-under-way',
        title: 'The same message is being answered just now',
        detail: 'Send it again in a moment.',
        retryAfterSeconds: 1,
      });
    }
    try {
      const answer = await act();
      await keepAnswer(postgres, id, answer);
      return { answer, repeat: false };
    } catch (error) {
      // Nothing was done: the sender may try again.
      await dropInbound(postgres, id);
      throw error;
    }
  };
};
