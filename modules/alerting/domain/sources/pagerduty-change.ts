import { fieldsOf, isObject, textOf, type JsonObject } from './fields.ts';
import { isWeb } from './incoming.ts';
import { instantOf } from './instants.ts';
import { pagerDutyLimits } from './pagerduty.ts';

/** A change as PagerDuty's clients tell it, in the words of the module `changes`. */
export interface ToldChange {
  readonly service: string;
  readonly environment: string;
  readonly kind: 'deploy' | 'configuration' | 'migration' | 'infrastructure' | 'other';
  readonly version: string | null;
  readonly title: string;
  readonly description: string;
  readonly by: string | null;
  readonly link: string | null;
  readonly startedAt: Temporal.Instant | null;
}

export type PagerDutyChange =
  | { readonly ok: true; readonly change: ToldChange }
  | { readonly ok: false; readonly errors: readonly string[] };

const bounds = { title: 300, description: 4_000, word: 255 } as const;
const kinds = ['deploy', 'configuration', 'migration', 'infrastructure', 'other'] as const;

/**
 * An event of `POST /v2/change/enqueue`. The protocol knows no service: `custom_details.service` says it, else `fallback` (the setting
 * `service` of the integration), else the source.
 */
export const pagerDutyChange = (
  event: unknown,
  { fallback, name }: { readonly fallback: string | null; readonly name: string },
): PagerDutyChange => {
  if (!isObject(event)) return { ok: false, errors: ['Event object is not a JSON object'] };
  const payload = event['payload'];
  const errors = faultsOf(payload);
  if (errors.length > 0) return { ok: false, errors };
  const fields = fieldsOf(payload as JsonObject);
  const detail = (...names: string[]): string | null => {
    for (const each of names) {
      const text = fields.text('custom_details', each);
      if (text !== null) return word(text);
    }
    return null;
  };
  const summary = fields.text('summary')!;
  const source = fields.text('source');
  const kind = fields.word('custom_details', 'kind');
  const links = linksOf(event['links']);
  const service = detail('service', 'service_name', 'service.name') ?? fallback ?? source ?? name;
  const change: ToldChange = {
    service: word(service),
    environment: detail('environment', 'env', 'stage') ?? '',
    kind: kinds.find((each) => each === kind) ?? 'deploy',
    version: detail('version', 'build', 'revision', 'commit', 'sha'),
    title: summary.slice(0, bounds.title),
    by: detail('by', 'author', 'user', 'deployed_by', 'actor'),
    link: links[0]?.url ?? null,
    startedAt: instantOf(fields.take('timestamp')),
    description: [
      ...(source === null ? [] : [`source: ${source}`]),
      ...fields.rest().map(([path, value]) => `${path.replace(/^custom_details\./u, '')}: ${value}`),
      ...links.slice(1).map(({ label, url }) => `${label}: ${url}`),
    ]
      .join('\n')
      .slice(0, bounds.description),
  };
  return { ok: true, change };
};

const faultsOf = (payload: unknown): readonly string[] => {
  if (payload === undefined || payload === null) return ["'payload' is missing or blank"];
  if (!isObject(payload)) return ["'payload' must be an object"];
  const errors: string[] = [];
  const summary = textOf(payload['summary']);
  if (summary === null) errors.push("'payload.summary' is missing or blank");
  else if (summary.length > pagerDutyLimits.summary)
    errors.push(`'payload.summary' is too long (maximum is ${pagerDutyLimits.summary} characters)`);
  const { timestamp } = payload;
  if (timestamp !== undefined && timestamp !== null && instantOf(timestamp) === null)
    errors.push("'payload.timestamp' is not an ISO 8601 time with its zone");
  return errors;
};

const linksOf = (links: unknown): readonly { readonly label: string; readonly url: string }[] =>
  (Array.isArray(links) ? links : []).flatMap((each: unknown) =>
    isObject(each) && isWeb(each['href']) ? [{ label: textOf(each['text']) ?? 'link', url: each['href'] }] : [],
  );

const word = (text: string): string =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, bounds.word)
    .trim();
