import { stringify } from 'yaml';
import { objectiveLimits } from '../../domain/objective.ts';
import { suggestLimits } from '../../domain/suggest.ts';

/** What is proposed for one service. */
export interface Proposed {
  readonly service: string;
  /** '' where telemetry names none. */
  readonly environment: string;
  readonly about: 'availability' | 'latency';
  readonly withinMs: number | null;
  readonly name: string;
  readonly displayName: string;
  readonly targetPpm: number;
}

/** An OpenSLO v1 document that says a proposal, as YAML: ready for `apply`, and for the form of the page. */
export const documentOf = ({ service, environment, about, withinMs, ...of }: Proposed): string => {
  const source = (part: object) => ({ metricSource: { type: 'leadline', spec: { spans: { service, ...part } } } });
  const ratio =
    about === 'availability'
      ? { counter: true, bad: source({ status: 'error' }), total: source({}) }
      : { counter: true, good: source({ withinMs }), total: source({}) };
  return stringify(
    {
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: {
        name: of.name,
        displayName: of.displayName,
        ...(environment === '' ? {} : { annotations: { 'leadline.dev/environment': environment } }),
      },
      spec: {
        service: labelOf(service, objectiveLimits.nameLength),
        indicator: { metadata: { name: labelOf(of.name, 53) + '-indicator' }, spec: { ratioMetric: ratio } },
        timeWindow: [{ duration: `${suggestLimits.windowMinutes / 1_440}d`, isRolling: true }],
        budgetingMethod: 'Occurrences',
        objectives: [{ target: of.targetPpm / 1_000_000 }],
      },
    },
    { lineWidth: 0 },
  );
};

/** Names that nothing else has, each handed out once. */
export const uniqueNames = (taken: ReadonlySet<string>): ((wished: readonly string[]) => string) => {
  const used = new Set(taken);
  return (wished) => {
    const base = labelOf(wished.join('-'), objectiveLimits.nameLength - 4);
    let name = base;
    for (let count = 2; used.has(name); count += 1) name = `${base}-${count}`;
    used.add(name);
    return name;
  };
};

/** A name as RFC 1123 has them: `shop/checkout` is `shop-checkout`. */
const labelOf = (text: string, most: number): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, most)
    .replaceAll(/^-+|-+$/g, '') || 'service';
