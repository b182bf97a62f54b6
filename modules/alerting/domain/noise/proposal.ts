import type { Labels } from '../alert.ts';
import { newestOf, type PastAlert, type Series } from './history.ts';
import type { Finding } from './report.ts';

/** What to do about a finding: a document to apply, or what to change where the alert is made. */
export interface Proposal {
  readonly words: string;
  /** For `leadline apply -f`; null where the change is made elsewhere. */
  readonly document: Record<string, unknown> | null;
}

export interface NoiseWords {
  readonly reason: string;
  readonly proposals: readonly Proposal[];
}

const minuteMs = 60_000;
/** A silence that holds back what nobody acts on is looked at again after so long. */
const silenceDays = 30;

/** Why it is noise, with its numbers, and what would end it. `until` is the end of the time looked at, in milliseconds. */
export const wordsOf = (finding: Finding, until: number): NoiseWords => {
  switch (finding.kind) {
    case 'flapping':
      return flappingWords(finding);
    case 'duplicate':
      return duplicateWords(finding);
    case 'unactionable':
      return unactionableWords(finding, until);
    case 'ownerless':
      return ownerlessWords(finding.series);
  }
};

const flappingWords = ({ series, found }: Extract<Finding, { kind: 'flapping' }>): NoiseWords => {
  const rest = Math.max(1, Math.ceil(found.restMs / minuteMs));
  const keep = Math.min(60, rest * 2);
  return {
    reason: `It came and went: ${found.times} of ${series.firings.length} firings lie in ${found.stretches} stretches of at least four with half an hour of rest at most; half of the rests are shorter than ${rest} min.`,
    proposals: [
      {
        words: `Keep it firing for ${keep} min after it cleared (keep_firing_for in Prometheus, keepFor in an alert rule), or let it clear at a lower threshold than it begins.`,
        document: null,
      },
    ],
  };
};

const duplicateWords = ({ found }: Extract<Finding, { kind: 'duplicate' }>): NoiseWords => {
  const { first, second, meetings } = found;
  const [one, other] = [newestOf(first), newestOf(second)];
  const equal = sharedLabelsOf(one.labels, other.labels);
  return {
    reason: `It began within six minutes of ${one.name} (${one.integration}) ${meetings} times: of ${second.firings.length} firings of its own and ${first.firings.length} of the other.`,
    proposals: [
      {
        words: `Hold ${other.name} back while ${one.name} fires; when it fires alone it is told as before.`,
        document: documentOf('Inhibition', second, 'told-twice', {
          source: matchersOf(one),
          target: matchersOf(other),
          equal,
        }),
      },
    ],
  };
};

const unactionableWords = (
  { series, found }: Extract<Finding, { kind: 'unactionable' }>,
  until: number,
): NoiseWords => {
  const newest = newestOf(series);
  const acted = found.acted === 0 ? 'nobody did anything' : `somebody did something ${found.acted} times`;
  const proposals: Proposal[] = [
    {
      words: 'Say it by daylight: low urgency waits for the morning of whoever is on call.',
      document: documentOf('Route', series, 'low', { match: matchersOf(newest), urgency: 'low' }),
    },
    {
      words: `Silence it for ${silenceDays} days and see whether anybody misses it.`,
      document: documentOf('Silence', series, 'trial', {
        match: matchersOf(newest),
        to: new Date(until + silenceDays * 86_400_000).toISOString(),
        why: `Nobody acted on it: ${found.occasions - found.acted} of ${found.occasions} times it went by itself`,
      }),
    },
  ];
  if (newest.service !== null)
    proposals.push({
      words: `Promise what users of ${newest.service} notice instead: an objective tells of it only while its budget burns (leadline objective suggest --service ${newest.service}).`,
      document: null,
    });
  return {
    reason: `It came ${found.occasions} times, went by itself, and ${acted}; with 95 % certainty at most ${Math.round(found.actedAtMost * 100)} % of its times are of use.`,
    proposals,
  };
};

const ownerlessWords = (series: Series): NoiseWords => {
  const { service, integration, labels } = newestOf(series);
  const where =
    service === null
      ? 'It names no service: give it a label `service`, or a route.'
      : `Say in the catalog whose ${service} is (leadline apply -f with kind: Component and spec.owner).`;
  return {
    reason: `Nobody owns it: ${series.firings.length} firings by ${integration} went to whoever stands in.`,
    proposals: [
      { words: where, document: null },
      {
        words: 'Or send it to a team by a route: put the name of the team in.',
        document: documentOf('Route', series, 'owner', {
          match:
            labels['alertname'] === undefined
              ? matchersOf(newestOf(series))
              : [`alertname=${quoted(labels['alertname'])}`],
          to: [{ team: 'TEAM' }],
        }),
      },
    ],
  };
};

const documentOf = (
  kind: string,
  series: Series,
  suffix: string,
  spec: Record<string, unknown>,
): Record<string, unknown> => ({
  apiVersion: 'leadline.dev/v1',
  kind,
  metadata: { name: nameOf(newestOf(series), suffix) },
  spec,
});

const nameMax = 63;

/** A handle: small letters, digits and hyphens; the end of the fingerprint keeps two of one name apart. */
const nameOf = ({ name, fingerprint }: PastAlert, suffix: string): string => {
  const end = `-${fingerprint
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(-6)}-${suffix}`;
  const start = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${(/^[a-z]/.test(start) ? start : `alert-${start}`).slice(0, nameMax - end.length).replace(/-+$/, '')}${end}`;
};

/** Labels that say where or when it was and not what it is, are left out of its matchers. */
const placeLabels = new Set(['instance', 'pod', 'container', 'host', 'node', 'endpoint', 'severity', 'replica']);
const matchersMax = 8;

const matchersOf = ({ labels, integration }: PastAlert): readonly string[] => {
  const names = Object.keys(labels).filter((name) => !placeLabels.has(name));
  const some = (names.length === 0 ? Object.keys(labels) : names).toSorted().slice(0, matchersMax);
  return some.length === 0
    ? [`integration=${quoted(integration)}`]
    : some.map((name) => `${/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quoted(name)}=${quoted(labels[name]!)}`);
};

const sharedLabelsOf = (one: Labels, other: Labels): readonly string[] =>
  Object.keys(one)
    .filter((name) => name !== 'alertname' && other[name] === one[name])
    .toSorted()
    .slice(0, matchersMax);

/** As a matcher writes a value: Go's quotes. */
const quoted = (value: string): string => JSON.stringify(value);
