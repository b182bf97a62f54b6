/** When an alert began or ended to fire. */
export interface StateChange {
  readonly at: Temporal.Instant;
  readonly to: 'firing' | 'resolved';
}

export interface FlapSettings {
  readonly enabled: boolean;
  /** So many times must it have begun within the time below to be called flapping. */
  readonly timesMin: number;
  readonly withinSeconds: number;
  /** It is no longer flapping when it did not change for so long. */
  readonly calmSeconds: number;
}

export const flapDefaults: FlapSettings = { enabled: true, timesMin: 4, withinSeconds: 3_600, calmSeconds: 900 };

export interface Flapping {
  /** How often it began within the time looked at. */
  readonly times: number;
  /** When it is calm if nothing changes any more; what still fires then is told. */
  readonly until: Temporal.Instant;
  readonly reason: string;
}

/**
 * Whether an alert comes and goes: it began at least `timesMin` times within `withinSeconds`, and its last change is no longer ago
 * than `calmSeconds`. What fires all the time is not flapping, however often its sender repeats it: only changes count, and a change
 * to what it is already is none. Null: it is not.
 */
export const flapping = (
  history: readonly StateChange[],
  at: Temporal.Instant,
  settings: FlapSettings = flapDefaults,
): Flapping | null => {
  if (!settings.enabled) return null;
  const changes = changesOf(history).filter((change) => Temporal.Instant.compare(change.at, at) <= 0);
  const last = changes.at(-1);
  if (last === undefined) return null;
  const until = last.at.add({ seconds: settings.calmSeconds });
  if (Temporal.Instant.compare(until, at) <= 0) return null;
  // Counted back from the last change: while it is not calm, it stays what it was, and does not flicker itself.
  const since = last.at.subtract({ seconds: settings.withinSeconds });
  const times = changes.filter(
    (change) => change.to === 'firing' && Temporal.Instant.compare(change.at, since) > 0,
  ).length;
  if (times < settings.timesMin) return null;
  const minutes = Math.round(settings.withinSeconds / 60);
  return {
    times,
    until,
    reason: `it began ${times} times within ${minutes} minutes; it is told when it has not changed for ${Math.round(settings.calmSeconds / 60)} minutes`,
  };
};

/** In order, without those that change nothing. */
const changesOf = (history: readonly StateChange[]): StateChange[] => {
  const ordered = history.toSorted((one, other) => Temporal.Instant.compare(one.at, other.at));
  return ordered.filter(({ to }, index) => (index === 0 ? to === 'firing' : ordered[index - 1]!.to !== to));
};
