/** How often one provider was tried for a message, and whether it is asked no more. */
export interface Tried {
  readonly count: number;
  /** Refused it for good, or took it and gave no receipt. */
  readonly out?: 'refused' | 'taken';
}

export type Tries = Readonly<Record<string, Tried>>;

/** A provider of the message's channel, in the order in which they are asked. */
export interface Candidate {
  readonly name: string;
  /** Seconds for which the provider asked to be left alone (429, Retry-After); 0 when it did not. */
  readonly pausedSeconds: number;
}

export type Choice =
  | {
      readonly act: 'try';
      readonly provider: string;
      readonly afterSeconds: number;
      readonly reason: 'first-try' | 'next-provider' | 'new-round' | 'provider-paused';
    }
  | { readonly act: 'give-up'; readonly reason: GiveUpReason };

export type GiveUpReason = 'no-provider' | 'all-refused' | 'no-receipt' | 'rounds-used-up' | 'takes-used-up';

/** Rounds over all providers, by urgency, and the pauses between them: 1, 2, 4 … seconds up to a bound. */
export const retryBounds = {
  high: { rounds: 8, pauseSecondsMax: 60 },
  low: { rounds: 14, pauseSecondsMax: 300 },
  /** However it came to it (processes that died, pauses): a message is taken up no more often. */
  takes: 200,
} as const;

/** A provider that only asks for a short pause is waited for rather than passed over. */
const shortPauseSeconds = 2;

/**
 * Which provider is asked next and when. In a round each provider is asked once, in order; a round begins when the last
 * one is through, after a pause that doubles. Who refused, or took it without a receipt, is out. `dice` in [0, 1) spreads
 * the pauses by a fifth, so that what failed together does not come back together.
 */
export const chooseProvider = (question: {
  readonly candidates: readonly Candidate[];
  readonly tries: Tries;
  readonly urgency: 'high' | 'low';
  readonly takes: number;
  readonly dice: number;
}): Choice => {
  const { candidates, tries, urgency, takes, dice } = question;
  if (candidates.length === 0) return { act: 'give-up', reason: 'no-provider' };
  if (takes > retryBounds.takes) return { act: 'give-up', reason: 'takes-used-up' };
  const left = candidates.filter(({ name }) => tries[name]?.out === undefined);
  if (left.length === 0) {
    const taken = Object.values(tries).some((tried) => tried.out === 'taken');
    return { act: 'give-up', reason: taken ? 'no-receipt' : 'all-refused' };
  }
  const countOf = (candidate: Candidate): number => tries[candidate.name]?.count ?? 0;
  const round = Math.min(...left.map(countOf));
  const { rounds, pauseSecondsMax } = retryBounds[urgency];
  if (round >= rounds) return { act: 'give-up', reason: 'rounds-used-up' };
  const open = left.find((each) => each.pausedSeconds <= shortPauseSeconds && countOf(each) === round);
  const next = open ?? left.toSorted((one, other) => one.pausedSeconds - other.pausedSeconds)[0]!;
  if (next.pausedSeconds > 0)
    return { act: 'try', provider: next.name, afterSeconds: next.pausedSeconds, reason: 'provider-paused' };
  const beginsRound = round > 0 && left.every((each) => countOf(each) === round);
  if (!beginsRound) {
    const first = Object.keys(tries).length === 0;
    return { act: 'try', provider: next.name, afterSeconds: 0, reason: first ? 'first-try' : 'next-provider' };
  }
  const pauseSeconds = Math.min(pauseSecondsMax, 2 ** (round - 1)) * (0.9 + dice * 0.2);
  return { act: 'try', provider: next.name, afterSeconds: pauseSeconds, reason: 'new-round' };
};
