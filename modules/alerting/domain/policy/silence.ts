import { judgedLabels, type Judged } from './judged-labels.ts';
import { matcherText, type Matching } from './matcher.ts';

/** From when to when, half-open. */
export interface Stretch {
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
}

/** A silence made ready. */
export interface Silence {
  readonly id: string;
  readonly name: string | null;
  readonly matching: Matching;
  readonly who: string;
  readonly why: string;
  /** The stretch of its that holds at a time; null: it is silent about nothing then. */
  stretchAt(at: Temporal.Instant): Stretch | null;
}

export interface Silenced {
  /** Those that hold, in the order given. */
  readonly by: readonly string[];
  /** When the last of those that hold now ends. */
  readonly until: Temporal.Instant;
  readonly reason: string;
}

const namedMax = 5;

/** Which silences hold an alert back at a time; null: none. */
export const silencesOf = (silences: readonly Silence[], alert: Judged, at: Temporal.Instant): Silenced | null => {
  const labels = judgedLabels(alert);
  const holding = silences.flatMap((silence) => {
    const stretch = silence.matching.matches(labels) ? silence.stretchAt(at) : null;
    return stretch === null ? [] : [{ silence, until: stretch.to }];
  });
  if (holding.length === 0) return null;
  const until = holding.map((each) => each.until).reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? b : a));
  const words = holding.slice(0, namedMax).map(({ silence, until: end }) => {
    const matchers = silence.matching.matchers.map(matcherText).join(', ');
    return `${silence.who} silenced ${matchers} until ${end.round('second').toString()}: ${silence.why}`;
  });
  const more = holding.length > namedMax ? `; and ${holding.length - namedMax} more` : '';
  return { by: holding.map(({ silence }) => silence.id), until, reason: `${words.join('; ')}${more}` };
};

/** A silence's stretch where it holds once. */
export const once =
  ({ from, to }: Stretch): Silence['stretchAt'] =>
  (at) =>
    Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) < 0 ? { from, to } : null;
