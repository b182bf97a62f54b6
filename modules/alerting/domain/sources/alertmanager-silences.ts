import { holdsForEmpty, type MakePattern, type Matcher, type MatchOperator } from '../policy/matcher.ts';
import { badRequest, required, timeReader, tooFew, unreadable, wireTime, type WireFault } from './alertmanager-wire.ts';

/** Most of one silence. */
export const silenceLimits = { bodyBytes: 256 * 1024, matchers: 64, text: 4_096 } as const;

/** A silence as `POST /api/v2/silences` says it, looked through. */
export interface PostedSilence {
  /** Null for a new one; the one that this replaces otherwise. */
  readonly id: string | null;
  readonly matchers: readonly Matcher[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly createdBy: string;
  readonly comment: string;
}

/** A silence as this API shows it; those that recur have no end that it could show, so they show the window of now or the next one. */
export interface ShownSilence {
  readonly id: string;
  readonly matchers: readonly Matcher[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly createdBy: string;
  readonly comment: string;
  readonly updatedAt: Temporal.Instant;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * The silence of a body, or what Alertmanager answers: its frame looks at types and required fields, its handler at the times, its
 * store at the matchers (api/v2/api.go `postSilencesHandler`, silence/silence.go `validateSilence`).
 */
export const postedSilence = (
  body: unknown,
  { at, makePattern }: { readonly at: Temporal.Instant; readonly makePattern: MakePattern },
): PostedSilence | WireFault => {
  if (body === undefined || body === null) return required('silence');
  if (typeof body !== 'object' || Array.isArray(body)) return unreadable('silence', 'an object was expected');
  const fields = body as Fields;
  const texts = textsOf(fields);
  if ('status' in texts) return texts;
  const matchers = matchersOf(fields['matchers']);
  if ('status' in matchers) return matchers;
  const startsAt = texts.startsAt ?? at;
  const { endsAt } = texts;
  if (endsAt === null || Temporal.Instant.compare(startsAt, endsAt) >= 0)
    return badRequest('Failed to create silence: start time must be before end time');
  if (Temporal.Instant.compare(endsAt, at) < 0)
    return badRequest("Failed to create silence: end time can't be in the past");
  const why = matchersFault(matchers.list, makePattern);
  if (why !== null) return badRequest(`invalid silence: ${why}`);
  const { id, createdBy, comment } = texts;
  return { id, matchers: matchers.list, from: startsAt, to: endsAt, createdBy, comment };
};

interface Texts {
  readonly id: string | null;
  readonly startsAt: Temporal.Instant | null;
  readonly endsAt: Temporal.Instant | null;
  readonly createdBy: string;
  readonly comment: string;
}

/** Types of all fields first, then which are missing, by the alphabet, as the generated code of Alertmanager does. */
const textsOf = (fields: Fields): Texts | WireFault => {
  const readTime = timeReader();
  for (const name of ['id', 'comment', 'createdBy', 'endsAt', 'startsAt']) {
    const value = fields[name] ?? '';
    if (typeof value !== 'string') return unreadable('silence', `${name} is not a text`);
    if (value.length > silenceLimits.text) return badRequest(`${name} is longer than ${silenceLimits.text} characters`);
    if (!value.isWellFormed() || value.includes('\0')) return badRequest(`${name} is not valid UTF-8`);
    if (name.endsWith('At') && readTime(value) === undefined)
      return unreadable('silence', `${name} is not a time of RFC 3339: ${JSON.stringify(value.slice(0, 64))}`);
  }
  for (const name of ['comment', 'createdBy', 'endsAt', 'matchers', 'startsAt'])
    if (fields[name] === undefined || fields[name] === null) return required(name);
  const text = (name: string): string => fields[name] as string;
  return {
    id: fields['id'] ? text('id') : null,
    startsAt: readTime(text('startsAt'))!,
    endsAt: readTime(text('endsAt'))!,
    createdBy: text('createdBy'),
    comment: text('comment'),
  };
};

const matchersOf = (value: unknown): { readonly list: readonly Matcher[] } | WireFault => {
  if (!Array.isArray(value)) return unreadable('silence', 'matchers is not a list');
  if (value.length === 0) return tooFew('matchers', 1);
  if (value.length > silenceLimits.matchers) return badRequest(`more than ${silenceLimits.matchers} matchers`);
  const list: Matcher[] = [];
  for (const [index, each] of value.entries()) {
    if (each === null || typeof each !== 'object') return unreadable('silence', `matcher ${index} is not an object`);
    const { name, value: text, isRegex, isEqual } = each as Fields;
    for (const [field, said, type] of [
      ['isEqual', isEqual ?? true, 'boolean'],
      ['isRegex', isRegex ?? false, 'boolean'],
      ['name', name ?? '', 'string'],
      ['value', text ?? '', 'string'],
    ] as const)
      if (typeof said !== type) return unreadable('silence', `matchers.${index}.${field} is not a ${type}`);
    for (const [field, said] of [
      ['isRegex', isRegex],
      ['name', name],
      ['value', text],
    ] as const)
      if (said === undefined || said === null) return required(`matchers.${index}.${field}`);
    list.push({
      name: name as string,
      op: operatorOf(isRegex as boolean, (isEqual ?? true) as boolean),
      value: text as string,
    });
  }
  return { list };
};

const operatorOf = (isRegex: boolean, isEqual: boolean): MatchOperator =>
  isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';

const matchersFault = (matchers: readonly Matcher[], makePattern: MakePattern): string | null => {
  let everyHoldsForEmpty = true;
  for (const [index, matcher] of matchers.entries()) {
    const { name, op, value } = matcher;
    if (name === '' || !name.isWellFormed() || name.includes('\0'))
      return `invalid label matcher ${index}: invalid label name ${JSON.stringify(name)}`;
    if (!value.isWellFormed() || value.includes('\0') || value.length > silenceLimits.text)
      return `invalid label matcher ${index}: invalid label value`;
    try {
      everyHoldsForEmpty = holdsForEmpty({ name, op, value }, makePattern) && everyHoldsForEmpty;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `invalid label matcher ${index}: invalid regular expression ${JSON.stringify(value)}: ${why}`;
    }
  }
  return everyHoldsForEmpty ? 'at least one matcher must not match the empty string' : null;
};

export type SilenceState = 'active' | 'pending' | 'expired';

export const silenceState = (
  { from, to }: { readonly from: Temporal.Instant; readonly to: Temporal.Instant },
  at: Temporal.Instant,
): SilenceState =>
  Temporal.Instant.compare(at, from) < 0 ? 'pending' : Temporal.Instant.compare(at, to) < 0 ? 'active' : 'expired';

/**
 * Whether a silence that stands may become `next` under its own id; else it is ended and `next` is a new one, so that what was
 * silenced stays written down (silence/silence.go `canUpdate`).
 */
export const mayChangeInPlace = (stands: ShownSilence, next: PostedSilence, at: Temporal.Instant): boolean => {
  if (!sameMatchers(stands.matchers, next.matchers)) return false;
  switch (silenceState(stands, at)) {
    case 'active':
      return seconds(stands.from) === seconds(next.from) && Temporal.Instant.compare(next.to, at) >= 0;
    case 'pending':
      return Temporal.Instant.compare(next.from, at) >= 0;
    case 'expired':
      return false;
  }
};

const seconds = (at: Temporal.Instant): number => Math.floor(at.epochMilliseconds / 1_000);

const sameMatchers = (one: readonly Matcher[], other: readonly Matcher[]): boolean =>
  one.length === other.length &&
  one.every(({ name, op, value }, index) => {
    const beside = other[index]!;
    return name === beside.name && op === beside.op && value === beside.value;
  });

/** Silences that have an equal matcher for each of these: filters compare text, they do not match. */
export const silenceFits = (silence: ShownSilence, filter: readonly Matcher[]): boolean =>
  filter.every((wanted) => silence.matchers.some((each) => sameMatchers([each], [wanted])));

const stateOrder: Readonly<Record<SilenceState, number>> = { active: 1, pending: 2, expired: 3 };

/** Active ones by their end, then pending ones by their beginning, then expired ones, the last that expired first. */
export const sortedSilences = (silences: readonly ShownSilence[], at: Temporal.Instant): readonly ShownSilence[] =>
  silences
    .map((silence) => ({ silence, state: silenceState(silence, at) }))
    .toSorted(
      (one, other) =>
        stateOrder[one.state] - stateOrder[other.state] ||
        (one.state === 'pending'
          ? Temporal.Instant.compare(one.silence.from, other.silence.from)
          : one.state === 'active'
            ? Temporal.Instant.compare(one.silence.to, other.silence.to)
            : Temporal.Instant.compare(other.silence.to, one.silence.to)),
    )
    .map(({ silence }) => silence);

export interface WireSilence extends Readonly<Record<string, unknown>> {
  readonly status: { readonly state: SilenceState };
}

/** `gettableSilence` of openapi.yaml. */
export const silenceOnWire = (silence: ShownSilence, at: Temporal.Instant): WireSilence => ({
  id: silence.id,
  status: { state: silenceState(silence, at) },
  updatedAt: wireTime(silence.updatedAt),
  annotations: {},
  comment: silence.comment,
  createdBy: silence.createdBy,
  startsAt: wireTime(silence.from),
  endsAt: wireTime(silence.to),
  matchers: silence.matchers.map(({ name, op, value }) => ({
    name,
    value,
    isRegex: op === '=~' || op === '!~',
    isEqual: op === '=' || op === '=~',
  })),
});
