import { queryFields } from './documents.ts';
import { noteAt, type Finding, type Path } from './finding.ts';
import { textAt, valueAt } from './json.ts';
import { leadlineSourceOf, type LeadlineSource } from './leadline-source.ts';
import type { Surroundings } from './surroundings.ts';

/** One `metricSource`, by who reads it. */
export type MetricSource =
  | { readonly by: 'leadline'; readonly source: LeadlineSource }
  | { readonly by: 'prometheus' | 'splunk' | 'dynatrace'; readonly source: string; readonly query: string }
  /** A type that Leadline does not read. */
  | { readonly by: 'nobody'; readonly type: string };

/** Who reads a metric and what it asks; null where it cannot be read (what is wrong is said elsewhere). */
export const metricSourceOf = (
  metric: unknown,
  path: Path,
  around: Surroundings,
  environment: string | null,
): { source: MetricSource | null; findings: Finding[] } => {
  const place = [...path, 'metricSource'];
  const said = valueAt(metric, 'metricSource');
  const ref = textAt(said, 'metricSourceRef');
  const kept = ref === null ? null : around.find('DataSource', ref);
  const type = (textAt(said, 'type') ?? textAt(kept, 'spec', 'type'))?.toLowerCase() ?? null;
  if (type === 'leadline') {
    const source = leadlineSourceOf(valueAt(said, 'spec'), [...place, 'spec'], environment);
    return { source: source && { by: 'leadline', source }, findings: [] };
  }
  const findings = ref !== null && !kept ? [missingSource(around, [...place, 'metricSourceRef'], ref)] : [];
  if (type === null) return { source: ref === null ? null : { by: 'nobody', type: `data source ${ref}` }, findings };
  if (!Object.hasOwn(queryFields, type)) {
    const words = `Leadline does not read ${type}: the objective stays without data; it reads leadline, Prometheus, Splunk and Dynatrace`;
    return { source: { by: 'nobody', type }, findings: [...findings, noteAt([...place, 'type'], words)] };
  }
  const query = queryFields[type]!.map((field) => textAt(said, 'spec', field)).find((each) => each !== null);
  if (query === undefined) return { source: null, findings };
  return { source: { by: type as 'prometheus' | 'splunk' | 'dynatrace', source: ref ?? type, query }, findings };
};

/** A source may come later: until then there is no data, and the objective says why. */
const missingSource = (around: Surroundings, path: Path, name: string): Finding =>
  noteAt(
    path,
    around.complete
      ? `there is no DataSource ${name} yet: no data until it is applied`
      : `DataSource ${name} is not in these files; without it there is no data`,
  );
