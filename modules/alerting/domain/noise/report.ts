import { findDuplicates, type DuplicatesFound } from './find-duplicates.ts';
import { findFlapping, type FlappingFound } from './find-flapping.ts';
import { isOwnerless } from './find-ownerless.ts';
import { findUnactionable, type UnactionableFound } from './find-unactionable.ts';
import { seriesOf, wasActedOn, type PastAlert, type Series } from './history.ts';

export type Finding =
  | { readonly kind: 'flapping'; readonly series: Series; readonly found: FlappingFound }
  | { readonly kind: 'duplicate'; readonly series: Series; readonly found: DuplicatesFound }
  | { readonly kind: 'unactionable'; readonly series: Series; readonly found: UnactionableFound }
  | { readonly kind: 'ownerless'; readonly series: Series; readonly found: { readonly saved: 0 } };

export interface NoiseFound {
  readonly alerts: number;
  readonly notified: number;
  /** Those of `notified` that somebody acted on, or called useful. */
  readonly actedOn: number;
  /** What would save most first; one alert may have several. */
  readonly findings: readonly Finding[];
}

/** What in a stretch of time was noise, why, and what each would have saved. Pure: the same alerts, the same report. */
export const findNoise = (alerts: readonly PastAlert[]): NoiseFound => {
  const all = seriesOf(alerts);
  const notified = alerts.filter((alert) => alert.notified);
  const findings: Finding[] = findDuplicates(all).map((found) => ({ kind: 'duplicate', series: found.second, found }));
  for (const series of all) {
    const flapping = findFlapping(series);
    if (flapping) findings.push({ kind: 'flapping', series, found: flapping });
    const unactionable = findUnactionable(series);
    if (unactionable) findings.push({ kind: 'unactionable', series, found: unactionable });
    if (isOwnerless(series)) findings.push({ kind: 'ownerless', series, found: { saved: 0 } });
  }
  return {
    alerts: alerts.length,
    notified: notified.length,
    actedOn: notified.filter(wasActedOn).length,
    findings: findings.toSorted(
      (one, other) =>
        other.found.saved - one.found.saved ||
        other.series.firings.length - one.series.firings.length ||
        (one.series.key < other.series.key ? -1 : 1),
    ),
  };
};

/** What all findings together would have saved: of an alert with several the largest counts. */
export const savedByAll = (findings: readonly Finding[]): number => {
  const most = new Map<string, number>();
  for (const { series, found } of findings) most.set(series.key, Math.max(most.get(series.key) ?? 0, found.saved));
  return [...most.values()].reduce((sum, saved) => sum + saved, 0);
};
