import { yamlText } from '../../../../ui/format/yaml-text.ts';
import { ruleDocument, type AlertRule, type RuleSpecSaid } from '../../contract/rules.ts';
import { readDocument, type ReadAnswer, type Said } from '../parts/read-document.ts';

/** What each field says when a document leaves it out. */
const defaults: Readonly<Record<string, unknown>> = {
  title: null,
  team: null,
  service: null,
  enabled: true,
  change: null,
  forecast: null,
  delay: 'PT30S',
  for: 'PT0S',
  labels: {},
  annotations: {},
  clear: { value: null, keepFor: 'PT0S' },
  noData: { then: 'keep', after: 'PT5M' },
};

/** The rule as code, without what it would say anyway: applied, it changes nothing. */
export const ruleText = ({ name, spec }: Pick<AlertRule, 'name' | 'spec'>): string =>
  yamlText({
    apiVersion: 'leadline.dev/v1',
    kind: 'AlertRule',
    metadata: { name },
    spec: Object.fromEntries(
      Object.entries(spec)
        .filter(([key, value]) => JSON.stringify(defaults[key]) !== JSON.stringify(value))
        .map(([key, value]) => [key, key === 'measure' ? shortMeasure(value as RuleSpecSaid['measure']) : value]),
    ),
  }).trimEnd();

/** Without lists of nothing. */
const shortMeasure = (measure: RuleSpecSaid['measure']): object =>
  Object.fromEntries(
    Object.entries(measure).map(([kind, of]) => [
      kind,
      Object.fromEntries(Object.entries(of as object).filter(([, value]) => !Array.isArray(value) || value.length > 0)),
    ]),
  );

const head = (name: string): string => `apiVersion: leadline.dev/v1
kind: AlertRule
metadata:
  name: ${name}
spec:`;

/** What a new rule may begin with. */
export const ruleExamples = [
  {
    label: 'Queue grows',
    text: `${head('queue-grows')}
  title: Mails wait
  severity: error
  measure:
    metric:
      name: queue.size
      aggregate: avg
      by: [queue]
  over: PT5M
  fire: { op: '>', value: 1000 }
  for: PT10M
  clear: { value: 500 }
  noData: { then: alert, after: PT15M }`,
  },
  {
    label: 'Disk fills in 4 hours',
    text: `${head('disk-fills')}
  title: A disk fills
  severity: critical
  measure:
    signal: { of: saturation, service: shop/checkout, resource: disk }
  over: PT5M
  every: PT5M
  forecast: { within: PT4H, from: PT6H }
  fire: { op: '>', value: 0.95 }`,
  },
  {
    label: 'Certificate runs out',
    text: `${head('certificate-runs-out')}
  title: A certificate runs out
  severity: warning
  measure:
    metric:
      name: tls.certificate.days_left
      aggregate: min
      by: [server.address]
  over: PT1H
  every: PT10M
  fire: { op: '<', value: 14 }
  noData: { then: alert, after: PT6H }`,
  },
  {
    label: 'Slower than usual',
    text: `${head('slower-than-usual')}
  title: Much slower than a week ago
  severity: warning
  measure:
    signal: { of: latency, service: shop/checkout, quantile: 0.99 }
  over: PT15M
  change: { against: week, as: ratio }
  fire: { op: '>', value: 2 }
  for: PT10M`,
  },
  {
    label: 'Errors in the log',
    text: `${head('errors-in-the-log')}
  title: Many errors in the log
  severity: error
  measure:
    logs: { service: shop/checkout, severity: error }
  over: PT5M
  fire: { op: '>', value: 100 }
  clear: { keepFor: PT10M }`,
  },
] as const;

export type ReadRule = Said<RuleSpecSaid>;

/** What a typed document says, or what is wrong with it. */
export const readRule = (text: string): Promise<ReadAnswer<RuleSpecSaid>> => readDocument(text, ruleDocument);
