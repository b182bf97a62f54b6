/** One past alert, as the noise report sees it; times are milliseconds since 1970. */
export interface PastAlert {
  readonly id: string;
  readonly integration: string;
  readonly fingerprint: string;
  /** Label `alertname`, or the summary. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly service: string | null;
  /** Team that owned it when it fired. */
  readonly owner: string | null;
  readonly startsAt: number;
  /** Null: it fires still. */
  readonly endsAt: number | null;
  /** Somebody was told of it. */
  readonly notified: boolean;
  /** It was told on its own, as a page or message that would not have been without it. */
  readonly disturbed: boolean;
  /** What people did about it: notes, answers that say more than "seen", a page handed on. An acknowledgement alone is none. */
  readonly actions: number;
  /** What was answered to "was this useful?"; null: nobody answered. */
  readonly useful: boolean | null;
}

/** All times that one alert fired, the oldest first; never empty. */
export interface Series {
  readonly key: string;
  readonly firings: readonly PastAlert[];
}

/** Groups what fired by what it is: the same labels by the same integration. */
export const seriesOf = (alerts: readonly PastAlert[]): readonly Series[] => {
  const found = new Map<string, PastAlert[]>();
  for (const alert of alerts) {
    const key = `${alert.integration}/${alert.fingerprint}`;
    const firings = found.get(key);
    if (firings) firings.push(alert);
    else found.set(key, [alert]);
  }
  return [...found].map(([key, firings]) => ({
    key,
    firings: firings.toSorted((one, other) => one.startsAt - other.startsAt),
  }));
};

/** Firings whose rest before them was at most `restMsMax`, together: one run a stretch. */
export const runsOf = (firings: readonly PastAlert[], restMsMax: number): readonly (readonly PastAlert[])[] => {
  const runs: PastAlert[][] = [];
  let end = -Infinity;
  for (const firing of firings) {
    if (runs.length > 0 && firing.startsAt - end <= restMsMax) runs.at(-1)!.push(firing);
    else runs.push([firing]);
    end = Math.max(end, firing.endsAt ?? Infinity);
  }
  return runs;
};

/** Whether somebody did something about it, or said that it was of use. */
export const wasActedOn = ({ actions, useful }: PastAlert): boolean => actions > 0 || useful === true;

/** The newest firing of a series. */
export const newestOf = ({ firings }: Series): PastAlert => firings.at(-1)!;
