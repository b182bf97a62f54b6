import { Refusal } from '../../../kernel/problem.ts';
import type { Reply } from './public.ts';

type Handler = (reply: Reply) => Promise<string>;

export interface Replies {
  on(purpose: string, handler: Handler): void;
  /** What is said to who replied. Throws a Refusal `delivery.reply-unknown`, or what the handler refuses. */
  answer(reply: Reply): Promise<string>;
}

/** Hands replies to whoever gave the token out: what stands before its first dot is the purpose. */
export const createReplies = (): Replies => {
  const handlers = new Map<string, Handler>();
  return {
    on: (purpose, handler) => {
      if (handlers.has(purpose)) throw new Error(`replies to ${purpose} have two handlers`);
      handlers.set(purpose, handler);
    },
    answer: async (reply) => {
      const handler = handlers.get(reply.replyToken.split('.', 1)[0]!);
      if (handler) return handler(reply);
      throw new Refusal({
        status: 404,
        code: 'delivery.reply-unknown',
        title: 'Nobody waits for this reply',
        detail: 'The message that it answers is unknown or long over.',
      });
    },
  };
};
