import { yamlText } from '../../../../ui/format/yaml-text.ts';
import { routeDocument, type AlertRoute, type RouteSpec } from '../../contract/policy.ts';

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

export interface ReadRoute {
  readonly name: string;
  readonly spec: RouteSpec;
}

/** What a typed document says, or what is wrong with it, each fault with where it is. */
export const readRoute = async (
  text: string,
): Promise<{ readonly route: ReadRoute } | { readonly faults: readonly string[] }> => {
  const { parseDocument } = await import('yaml');
  const parsed = parseDocument(text, { maxAliasCount: 100 } as object);
  if (parsed.errors.length > 0)
    return { faults: parsed.errors.slice(0, 5).map(({ message }) => message.split('\n')[0]!) };
  let said: unknown;
  try {
    said = parsed.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)] };
  }
  const read = routeDocument.safeParse(said);
  if (!read.success)
    return {
      faults: read.error.issues
        .slice(0, 5)
        .map(({ path, message }) => `${path.join('.') || 'the document'}: ${message}`),
    };
  return { route: { name: read.data.metadata.name, spec: read.data.spec } };
};
