import type { Tries } from './choose-provider.ts';

/** What a provider answered, as far as the next step needs it. */
export interface Answered {
  readonly result: 'accepted' | 'delivered' | 'failed' | 'timeout' | 'refused';
  readonly retryAfterSeconds: number | null;
}

export type After =
  /** Nothing more is to be done. */
  | { readonly act: 'end'; readonly state: 'accepted' | 'delivered'; readonly tries: Tries }
  /** A receipt must come in so many seconds, else the next provider is asked. */
  | { readonly act: 'await-receipt'; readonly withinSeconds: number; readonly tries: Tries }
  /** Who is next is chosen anew; `pauseSeconds` for which this provider wants to be left alone. */
  | { readonly act: 'again'; readonly pauseSeconds: number; readonly tries: Tries };

/** A provider that asks for longer is asked again after this: it may have meant milliseconds, or be wrong. */
const pauseSecondsMax = 900;

/** What becomes of a message after one call. A call that the provider only put off (429) is no try. */
export const afterAttempt = (
  tries: Tries,
  provider: string,
  { result, retryAfterSeconds }: Answered,
  receiptWithinSeconds: number | null,
): After => {
  const count = tries[provider]?.count ?? 0;
  const counted = (more: number, out?: 'refused' | 'taken'): Tries => ({
    ...tries,
    [provider]: { count: count + more, ...(out ? { out } : {}) },
  });
  switch (result) {
    case 'delivered':
      return { act: 'end', state: 'delivered', tries: counted(1, 'taken') };
    case 'accepted':
      return receiptWithinSeconds === null
        ? { act: 'end', state: 'accepted', tries: counted(1, 'taken') }
        : { act: 'await-receipt', withinSeconds: receiptWithinSeconds, tries: counted(1, 'taken') };
    case 'refused':
      return { act: 'again', pauseSeconds: 0, tries: counted(1, 'refused') };
    case 'failed':
    case 'timeout':
      return retryAfterSeconds !== null && retryAfterSeconds > 0
        ? { act: 'again', pauseSeconds: Math.min(retryAfterSeconds, pauseSecondsMax), tries }
        : { act: 'again', pauseSeconds: 0, tries: counted(1) };
  }
};
