/** What several calls ask at once is done together: one statement and one commit for all of them. */
export interface Combiner<Asked, Given> {
  /** Resolves when it is done; rejects with its own failure, not with a neighbour's. */
  do(asked: readonly Asked[]): Promise<readonly Given[]>;
  /** Nothing runs and nothing waits. */
  isIdle(): boolean;
}

interface Waiting<Asked, Given> {
  readonly asked: readonly Asked[];
  readonly done: PromiseWithResolvers<readonly Given[]>;
}

/**
 * Runs one batch at a time. What comes while one runs waits for its end and then goes together, in the order in which it came, `max` a
 * batch (a single call that has more goes whole); what comes alone waits for nothing. Where a batch of several fails each is tried by
 * itself, so that nobody is refused for what somebody else sent.
 */
export const combine = <Asked, Given>(
  max: number,
  work: (asked: readonly Asked[]) => Promise<readonly Given[]>,
): Combiner<Asked, Given> => {
  const waiting: Waiting<Asked, Given>[] = [];
  let running = false;

  const alone = async ({ asked, done }: Waiting<Asked, Given>): Promise<void> => {
    try {
      done.resolve(await work(asked));
    } catch (error) {
      done.reject(error);
    }
  };
  const together = async (calls: readonly Waiting<Asked, Given>[]): Promise<void> => {
    let given: readonly Given[];
    try {
      given = await work(calls.flatMap(({ asked }) => asked));
    } catch {
      for (const call of calls) await alone(call);
      return;
    }
    let from = 0;
    for (const { asked, done } of calls) done.resolve(given.slice(from, (from += asked.length)));
  };
  const run = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      let count = waiting[0]!.asked.length;
      let calls = 1;
      while (calls < waiting.length && count + waiting[calls]!.asked.length <= max)
        count += waiting[calls++]!.asked.length;
      const batch = waiting.splice(0, calls);
      await (calls === 1 ? alone(batch[0]!) : together(batch));
    }
    running = false;
  };
  return {
    do: (asked) => {
      const done = Promise.withResolvers<readonly Given[]>();
      waiting.push({ asked, done });
      if (!running) void run();
      return done.promise;
    },
    isIdle: () => !running,
  };
};
