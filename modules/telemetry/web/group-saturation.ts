import type { SaturationSeries } from '../contract.ts';
import { nameOfResource } from './signal-words.ts';

export interface SaturationGroup {
  readonly id: string;
  readonly label: string;
  readonly subtitle: string;
  readonly unit: string;
  /** The fullest first. */
  readonly series: readonly SaturationSeries[];
}

/** Lines that one chart can show and still be read. */
const linesMax = 6;

/** Series with a limit together on one axis from 0 to 100 %, the others by resource and unit. */
export const groupSaturation = (saturation: readonly SaturationSeries[]): readonly SaturationGroup[] => {
  const groups = new Map<string, SaturationSeries[]>();
  for (const series of saturation) {
    if (series.points.length === 0) continue;
    const id = series.unit === 'ratio' ? 'ratio' : `${series.resource} ${series.unit}`;
    groups.set(id, [...(groups.get(id) ?? []), series]);
  }
  return [...groups]
    .map(([id, series]) =>
      groupOf(
        id,
        series.toSorted((a, b) => last(b) - last(a)),
      ),
    )
    .toSorted((a, b) => Number(b.id === 'ratio') - Number(a.id === 'ratio'));
};

const last = (series: SaturationSeries): number => series.points.at(-1)?.[1] ?? -1;

const groupOf = (id: string, series: readonly SaturationSeries[]): SaturationGroup => {
  const first = series[0]!;
  const hidden = series.length - linesMax;
  const more = hidden > 0 ? `, the ${linesMax} fullest of ${series.length}` : '';
  return {
    id,
    label: id === 'ratio' ? 'Share of the limit' : nameOfResource({ ...first, subject: '' }),
    subtitle: id === 'ratio' ? `share of the limit${more}` : `${first.metric}${more}`,
    unit: first.unit,
    series: series.slice(0, linesMax),
  };
};

/** Who says what is drawn of hosts: `host web-1 is reported by agent and cart`. A service that speaks of itself alone is not named. */
export const reportersOf = (group: SaturationGroup, service: string): readonly string[] => [
  ...new Set(
    group.series
      .filter((series) => series.reportedBy.some((one) => one !== service))
      .map((series) => `${series.subject} is reported by ${words.format(series.reportedBy)}`),
  ),
];

const words = new Intl.ListFormat('en-GB', { type: 'conjunction' });
