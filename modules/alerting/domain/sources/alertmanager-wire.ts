/**
 * What Alertmanager answers instead of 200. A text is answered as a JSON text (what its handlers refuse), an object as
 * `{code, message}` (what its go-openapi frame refuses before a handler sees it). `amtool` understands both.
 */
export interface WireFault {
  readonly status: number;
  readonly body: string | { readonly code: number; readonly message: string };
}

/** Codes of go-openapi's validation (github.com/go-openapi/errors): they are answered with HTTP 422. */
const codes = { type: 601, required: 602, tooFew: 612 } as const;

/** A field that must be there: `0.labels in body is required`. */
export const required = (name: string): WireFault => ({
  status: 422,
  body: { code: codes.required, message: `${name} in body is required` },
});

/** A value of the wrong form: `active in query must be of type boolean: "maybe"`. */
export const wrongType = (name: string, place: 'body' | 'query' | 'path', type: string, value: string): WireFault => ({
  status: 422,
  body: { code: codes.type, message: `${name} in ${place} must be of type ${type}: ${JSON.stringify(value)}` },
});

/** A list that is too short. */
export const tooFew = (name: string, least: number): WireFault => ({
  status: 422,
  body: { code: codes.tooFew, message: `${name} in body should have at least ${least} items` },
});

/** What could not be read as the body that it should be. */
export const unreadable = (name: string, why: string): WireFault => ({
  status: 400,
  body: { code: 400, message: `parsing ${name} body from "" failed, because ${why}` },
});

/** A refusal of a handler. */
export const badRequest = (message: string): WireFault => ({ status: 400, body: message });

const zeroTime = '0001-01-01T00:00:00Z';
/** RFC 3339 as Go's clients write it: any number of decimals, `Z` or an offset with or without a colon; none means UTC. */
const timeForm = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9})\d*)?(?:([Zz])|([+-]\d\d):?(\d\d))?$/;

/**
 * Reads the times of one body. The same text stands many times in it (Prometheus sends one `endsAt` for a whole batch), so each is
 * read once. Gives null for Go's zero time and for an empty text, and undefined for what is no time.
 */
export const timeReader = (): ((text: string) => Temporal.Instant | null | undefined) => {
  const known = new Map<string, Temporal.Instant | null | undefined>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    const read = readTime(text);
    known.set(text, read);
    return read;
  };
};

const readTime = (text: string): Temporal.Instant | null | undefined => {
  if (text === '') return null;
  const found = timeForm.exec(text);
  if (!found) return undefined;
  const [, date, time, decimals, , hours, minutes] = found;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  try {
    const read = Temporal.Instant.from(`${date}T${time}${decimals === undefined ? '' : `.${decimals}`}${zone}`);
    return read.equals(zero) ? null : read;
  } catch {
    return undefined;
  }
};

const zero = Temporal.Instant.from(zeroTime);

/** A time as Alertmanager writes it: UTC, with milliseconds. */
export const wireTime = (at: Temporal.Instant): string => at.toString({ smallestUnit: 'millisecond' });
