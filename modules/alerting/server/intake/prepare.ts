import { hash } from 'node:crypto';
import { alertLimits, type IncomingAlert, type Labels } from '../../domain/alert.ts';
import { fingerprintOf } from '../../domain/fingerprint.ts';

/** One incoming alert within its bounds, with what it is found by. */
export interface Prepared {
  readonly given: IncomingAlert;
  readonly dedupKey: string;
  /** First half of the SHA-256 of the key, as a UUID. */
  readonly keyHash: string;
  /** Of all that is said but the times, as a signed number of 64 bits. */
  readonly contentHash: string;
  readonly said: SaidOfAlert;
  /** As it is written; null: now, and not by itself. */
  readonly startsAt: string | null;
  readonly endsAt: string | null;
}

export interface SaidOfAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly links: IncomingAlert['links'];
  readonly severity: IncomingAlert['severity'];
  readonly summary: string;
  readonly service: string | null;
  readonly team: string | null;
}

/** Cuts what is too long, takes out what PostgreSQL cannot keep, and makes the hashes. Bounds are `alertLimits`. */
export const prepare = (given: IncomingAlert): Prepared => {
  const dedupKey = keyOf(given.dedupKey);
  let said: SaidOfAlert = {
    labels: bounded(given.labels, alertLimits.labels, alertLimits.labelValue),
    annotations: bounded(given.annotations, alertLimits.annotations, alertLimits.annotationValue),
    links: given.links.length > alertLimits.links ? given.links.slice(0, alertLimits.links) : given.links,
    severity: given.severity,
    summary: given.summary.slice(0, alertLimits.summary),
    service: given.service?.slice(0, alertLimits.service) || null,
    team: given.team ?? null,
  };
  let text = JSON.stringify(said);
  if (unstorable.test(text)) {
    said = JSON.parse(text, (_, value) => cleaned(value)) as SaidOfAlert;
    text = JSON.stringify(said);
  }
  return {
    given,
    dedupKey,
    keyHash: uuidOf(dedupKey),
    contentHash: contentHashOf(text),
    said,
    startsAt: instantText(given.startsAt),
    endsAt: instantText(given.endsAt),
  };
};

/** Years that a clock may say; what is beyond (year 1 and year 10000 are what some senders write for none) is as if nothing was said. */
const sane = { from: Temporal.Instant.from('1970-01-01T00:00:00Z'), to: Temporal.Instant.from('3000-01-01T00:00:00Z') };
const instantText = (at: Temporal.Instant | null): string | null => {
  if (at === null) return null;
  const known = texts.get(at);
  if (known !== undefined) return known;
  const isSane = Temporal.Instant.compare(at, sane.from) >= 0 && Temporal.Instant.compare(at, sane.to) <= 0;
  const text = isSane ? at.toString() : null;
  texts.set(at, text);
  return text;
};
/** A batch says one end for all of its alerts, and writing a time costs as much as reading an alert. */
const texts = new WeakMap<Temporal.Instant, string | null>();

/** Fingerprint of a prepared alert: made only where a row is written, because it costs as much as all the rest. */
export const fingerprint = ({ said }: Prepared): string => fingerprintOf(said.labels);

/** As JSON writes a NUL and half a surrogate pair; what merely looks so is cleaned for nothing. */
const unstorable = /\\u(0000|d[89a-f])/;
const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

const cleaned = (value: unknown): unknown => {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [storable(name), each]));
};

const keyOf = (key: string): string => {
  const clean = storable(key);
  if (clean.length <= alertLimits.dedupKey) return clean;
  const digest = hash('sha256', clean, 'hex');
  return `${clean.slice(0, alertLimits.dedupKey - digest.length - 1)}#${digest}`;
};

export const uuidOf = (dedupKey: string): string => {
  const hex = hash('sha256', dedupKey, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

const contentHashOf = (text: string): string =>
  BigInt.asIntN(64, BigInt(`0x${hash('sha256', text, 'hex').slice(0, 16)}`)).toString();

const bounded = (pairs: Labels, count: number, length: number): Labels => {
  const names = Object.keys(pairs);
  const fits =
    names.length <= count &&
    names.every((name) => name.length <= alertLimits.labelName && pairs[name]!.length <= length);
  if (fits) return pairs;
  return Object.fromEntries(
    names
      .toSorted()
      .slice(0, count)
      .map((name) => [name.slice(0, alertLimits.labelName), cut(pairs[name]!, length)]),
  );
};

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
