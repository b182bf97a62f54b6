/** Milliseconds in which the second key of a sequence (`g s`) must follow. */
export const sequenceMsMax = 1_200;

export interface KeyPress {
  readonly key: string;
  readonly mod: boolean;
  readonly alt: boolean;
}

/** The way a press is written in a command's `keys`: `mod+k`, `?`, `g`, `space`, `enter`. */
export const nameOfPress = (press: KeyPress): string => {
  const key = press.key === ' ' ? 'space' : press.key.toLowerCase();
  return `${press.mod ? 'mod+' : ''}${press.alt ? 'alt+' : ''}${key}`;
};

export type Matched =
  | { readonly kind: 'run'; readonly keys: string }
  /** The beginning of a longer sequence: wait for the next press. */
  | { readonly kind: 'wait'; readonly typed: string }
  | { readonly kind: 'none' };

/** What a press means after `typed` (an unfinished sequence or ''), given all keys that commands want. */
export const matchPress = (options: {
  readonly typed: string;
  readonly press: string;
  readonly wanted: ReadonlySet<string>;
}): Matched => {
  const { typed, press, wanted } = options;
  for (const candidate of typed === '' ? [press] : [`${typed} ${press}`, press]) {
    if (wanted.has(candidate)) return { kind: 'run', keys: candidate };
    const begins = [...wanted].some((keys) => keys.startsWith(`${candidate} `));
    if (begins) return { kind: 'wait', typed: candidate };
  }
  return { kind: 'none' };
};
