import { yamlText } from '../../../../ui/format/yaml-text.ts';
import { routeDocument, type AlertRoute, type RouteSpec } from '../../contract/policy.ts';
import { readDocument, type ReadAnswer, type Said } from '../parts/read-document.ts';

type Plain = Record<string, unknown>;

/** Whether a document says as much by leaving it out. That nobody is told (`to: []`) is something said. */
const isUnsaid = (key: string, value: unknown): boolean => {
  if (value === null || value === undefined || value === false) return true;
  if (key === 'to') return false;
  if (key === 'order') return value === 100;
  if (Array.isArray(value)) return value.length === 0 && key !== 'by';
  return typeof value === 'object' && Object.keys(value).length === 0;
};

const shortOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shortOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, isWebhook(key) ? inner : shortOf(inner)] as const)
      .filter(([key, inner]) => !isUnsaid(key, inner)),
  );
};
/** Its `sendResolved: false` is no default. */
const isWebhook = (key: string): boolean => key === 'webhook';

/** The route as code: applied, it changes nothing. */
export const routeText = ({ name, spec }: Pick<AlertRoute, 'name' | 'spec'>): string =>
  yamlText({
    apiVersion: 'leadline.dev/v1',
    kind: 'Route',
    metadata: { name },
    spec: shortOf(spec) as Plain,
  }).trimEnd();

/** What a new route begins with. */
export const newRouteText = `apiVersion: leadline.dev/v1
kind: Route
metadata:
  name: payments
spec:
  order: 100
  match:
    - service=~"shop/.*"
  to:
    - team: payments
  group:
    by: [alertname, service]
  routes:
    - match:
        - severity=~"warning|info"
      urgency: low`;

export type ReadRoute = Said<RouteSpec>;

/** What a typed document says, or what is wrong with it. */
export const readRoute = (text: string): Promise<ReadAnswer<RouteSpec>> => readDocument(text, routeDocument);
