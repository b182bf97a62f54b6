import { setTimeout as wait } from 'node:timers/promises';

/** Largest batch of one statement. */
const batchMax = 500;

/**
 * Gathers what comes while the work before is under way and does it together: one statement for many, and none waits for
 * a clock. Gives back a function that resolves with the batch's answer, or rejects when the batch failed for good.
 */
export const gather = <Item, Answer>(
  work: (items: readonly Item[]) => Promise<Answer>,
  retry: { readonly times: number; readonly pauseMs: number } = { times: 0, pauseMs: 0 },
): ((item: Item) => Promise<Answer>) & { idle(): Promise<void> } => {
  let waiting: { item: Item; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  let running: Promise<void> | null = null;

  const attempt = async (items: readonly Item[]): Promise<Answer> => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work(items);
      } catch (error) {
        if (tries >= retry.times) throw error;
        await wait(retry.pauseMs);
      }
    }
  };
  const run = async (): Promise<void> => {
    // One turn of the loop, so that what becomes ready together goes together.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax);
      waiting = waiting.slice(batchMax);
      await attempt(batch.map(({ item }) => item)).then(
        (answer) => batch.forEach(({ resolve }) => resolve(answer)),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      );
    }
    running = null;
  };
  const add = (item: Item): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      running ??= run();
    });
  return Object.assign(add, {
    idle: async () => {
      while (running) await running;
    },
  });
};
