import { findNoise, type Finding } from '../modules/alerting/domain/noise/report.ts';
import type { PastAlert } from '../modules/alerting/domain/noise/history.ts';
import { noiseMonths, type NoiseAlert, type NoiseLevel } from './noise/generator.ts';

/**
 * `npm run check:noise [-- --seeds 1-20]`: the noise report on generated months of alerts, against what the generator planted.
 * Prints precision and recall of each kind, over all seeds together, at three levels of noise. Target: both at least 0.95.
 */
const target = 0.95;
const kinds = ['flapping', 'duplicate', 'unactionable', 'ownerless'] as const;
const levels: readonly NoiseLevel[] = ['low', 'medium', 'high'];

const seedsAsked = (): readonly number[] => {
  const at = process.argv.indexOf('--seeds');
  const [from, to] = (at < 0 ? '1001-1020' : process.argv[at + 1]!).split('-').map(Number);
  return Array.from({ length: to! - from! + 1 }, (_, index) => from! + index);
};

const pastOf = (alert: NoiseAlert): PastAlert => ({
  id: alert.id,
  integration: alert.integration,
  fingerprint: alert.fingerprint,
  name: alert.labels['alertname'] ?? '',
  labels: alert.labels,
  service: alert.service,
  owner: alert.owner,
  startsAt: Date.parse(alert.startsAt),
  endsAt: Date.parse(alert.endsAt),
  notified: alert.notified,
  disturbed: alert.notified,
  actions: alert.actions,
  useful: alert.useful,
});

const nameOf = ({ kind, series, found }: Finding): string =>
  kind === 'duplicate'
    ? [found.first, found.second]
        .map(({ firings }) => firings[0]!.fingerprint)
        .toSorted()
        .join('+')
    : series.firings[0]!.fingerprint;

interface Score {
  hits: number;
  found: number;
  planted: number;
}

const seeds = seedsAsked();
let missed = 0;
const verbose = process.argv.includes('--wrongs');
for (const level of levels) {
  const scores = new Map<string, Score>(kinds.map((kind) => [kind, { hits: 0, found: 0, planted: 0 }]));
  let alerts = 0;
  let reportMs = 0;
  for (const seed of seeds) {
    const months = noiseMonths({ seed, level });
    const past = months.alerts.map(pastOf);
    alerts += past.length;
    const begun = performance.now();
    const { findings } = findNoise(past);
    reportMs += performance.now() - begun;
    for (const kind of kinds) {
      const found = new Set(findings.filter((finding) => finding.kind === kind).map(nameOf));
      const truth = new Set(
        kind === 'duplicate' ? months.truth.duplicates.map((pair) => pair.toSorted().join('+')) : months.truth[kind],
      );
      const score = scores.get(kind)!;
      score.found += found.size;
      score.planted += truth.size;
      score.hits += [...found].filter((name) => truth.has(name)).length;
      if (verbose)
        for (const name of new Set([...found, ...truth]))
          if (found.has(name) !== truth.has(name))
            console.log(`  ${level} ${seed} ${kind} ${found.has(name) ? 'WRONG' : 'MISSED'} ${name}`);
    }
  }
  process.stdout.write(
    `noise ${level}: seeds ${seeds[0]} to ${seeds.at(-1)}, ${alerts.toLocaleString('en')} alerts, report ${Math.round(reportMs / seeds.length)} ms each\n`,
  );
  for (const [kind, { hits, found, planted }] of scores) {
    const precision = hits / found;
    const recall = hits / planted;
    const isMet = precision >= target && recall >= target;
    if (!isMet) missed += 1;
    process.stdout.write(
      `${isMet ? 'met   ' : 'MISSED'} ${kind.padEnd(13)} precision ${precision.toFixed(3)} (${hits} of ${found} found)   recall ${recall.toFixed(3)} (${hits} of ${planted} planted)\n`,
    );
  }
}
process.exitCode = missed > 0 ? 1 : 0;
