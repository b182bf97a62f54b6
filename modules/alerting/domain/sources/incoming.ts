import { alertLimits, type IncomingAlert, type Severity } from '../alert.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { clean } from './fields.ts';

type Entries = readonly (readonly [name: string, value: string | null | undefined])[];

/** What a source's parser knows of one alert; `incoming` brings it into form. */
export interface Said {
  /** Parts of its identity within the integration; those that are null are left out. */
  readonly identity: readonly (string | null)[];
  readonly action: IncomingAlert['action'];
  readonly severity: Severity;
  /** The first that says something is the summary. */
  readonly summary: readonly (string | null | undefined)[];
  /** Entries without a value are left out; the first of a name counts. */
  readonly labels: Entries;
  readonly annotations: Entries;
  readonly service?: string | null;
  readonly startsAt?: Temporal.Instant | null;
  readonly endsAt?: Temporal.Instant | null;
  readonly links?: readonly (readonly [label: string, url: string | null | undefined])[];
  readonly by?: string | null;
}

/** An alert in the form that intake takes: texts that PostgreSQL can keep, one line as summary, links that a page may show. */
export const incoming = (said: Said): IncomingAlert => {
  const labels = recordOf(said.labels, clean);
  const links: { label: string; url: string }[] = [];
  for (const [label, url] of said.links ?? [])
    if (isWeb(url) && !links.some((each) => each.url === url) && links.length < alertLimits.links)
      links.push({ label, url });
  const by = said.by ? clean(said.by) : null;
  return {
    dedupKey: keyOf(said.identity, labels),
    action: said.action,
    labels,
    annotations: recordOf(said.annotations, clean),
    severity: said.severity,
    summary: lineOf(said.summary) ?? labels['alertname'] ?? 'An alert without words',
    service: said.service ? cut(clean(said.service), alertLimits.service) : null,
    startsAt: said.startsAt ?? null,
    endsAt: said.endsAt ?? null,
    links,
    ...(by === null ? {} : { by }),
  };
};

/** The first text that says something, as one line. */
export const lineOf = (texts: readonly (string | null | undefined)[]): string | null => {
  for (const text of texts) {
    const line = text === null || text === undefined ? '' : clean(text).replace(/\s+/gu, ' ').trim();
    if (line !== '') return line.length > alertLimits.summary ? `${cut(line, alertLimits.summary - 1)}…` : line;
  }
  return null;
};

/** What is cut through the middle of a sign keeps no half of it. */
const cut = (text: string, length: number): string => text.slice(0, length).toWellFormed();

/** Own properties whatever their names: `__proto__` is a label like another. */
const recordOf = (entries: Entries, form: (text: string) => string): Record<string, string> => {
  const seen = new Map<string, string>();
  for (const [name, value] of entries)
    if (value !== null && value !== undefined && value !== '' && !seen.has(form(name)))
      seen.set(form(name), form(value));
  return Object.fromEntries(seen);
};

/** Parts of the identity; a key that is too long keeps its beginning and the fingerprint of the whole; none: the labels' fingerprint. */
export const keyOf = (identity: readonly (string | null)[], labels: Readonly<Record<string, string>>): string => {
  const key = clean(identity.filter((part) => part !== null).join('|'));
  if (key === '') return fingerprintOf(labels);
  if (key.length <= alertLimits.dedupKey) return key;
  return `${key.slice(0, alertLimits.dedupKey - 17).toWellFormed()}#${fingerprintOf({ key })}`;
};

export const isWeb = (url: unknown): url is string =>
  typeof url === 'string' && url.length <= alertLimits.url && /^https?:\/\/[^\s<>"]+$/iu.test(url);

/** `namespace/name` from labels, where they name a service as Prometheus, OpenTelemetry or Kubernetes do. */
export const serviceIn = (labels: Readonly<Record<string, string>>): string | null => {
  const name = labels['service'] ?? labels['service.name'] ?? labels['service_name'];
  if (name === undefined || name === '') return null;
  const namespace = labels['service.namespace'] ?? labels['service_namespace'];
  return namespace === undefined || namespace === '' || name.includes('/') ? name : `${namespace}/${name}`;
};

/** `env:prod, team:core, urgent` (or a list of such) as entries; a tag without a colon says `true`. */
export const tagEntries = (tags: unknown): readonly (readonly [string, string])[] => {
  const list = Array.isArray(tags) ? tags : typeof tags === 'string' ? tags.split(',') : [];
  const entries: (readonly [string, string])[] = [];
  for (const tag of list) {
    if (typeof tag !== 'string' || tag.trim() === '') continue;
    const colon = tag.search(/[:=]/u);
    if (colon <= 0) entries.push([tag.trim(), 'true']);
    else entries.push([tag.slice(0, colon).trim(), tag.slice(colon + 1).trim()]);
  }
  return entries;
};
