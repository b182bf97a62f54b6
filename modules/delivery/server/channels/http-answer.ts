import type { GuardedAnswer, SendResult } from './channel.ts';

/** Longest piece of a provider's answer that stands on a timeline. */
const quotedCharacters = 300;

/** What a provider's words are worth in a sentence: one line, no secret of ours in it. */
export const quoted = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > quotedCharacters ? `${line.slice(0, quotedCharacters)}…` : line;
};

/** Worth another try at the same provider: it is busy, broken or wants us slower; not that it does not want us. */
export const isTemporary = (status: number): boolean => [408, 421, 423, 425, 429].includes(status) || status >= 500;

/**
 * Seconds to leave a provider alone: `Retry-After` as seconds or as a date (RFC 9110 section 10.2.3); null where it says
 * nothing. At most an hour: a provider that is told to wait for days is out, and others are asked.
 */
export const retryAfterOf = (answer: GuardedAnswer, now: Temporal.Instant): number | null => {
  const said = answer.headers['retry-after']?.trim();
  if (said === undefined || said === '') return null;
  const seconds = /^\d{1,9}(\.\d+)?$/.test(said) ? Number(said) : (Date.parse(said) - now.epochMilliseconds) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), 3_600) : null;
};

/** The provider has it. */
export const taken = (status: number, providerRef: string | null, detail: string | null = null): SendResult => ({
  result: 'accepted',
  status,
  detail,
  providerRef,
  retryAfterSeconds: null,
});

/** The provider did not take it; `temporary` says whether the same again is worth a try. */
export const notTaken = (said: {
  readonly temporary: boolean;
  readonly status: number | null;
  readonly detail: string;
  readonly retryAfterSeconds?: number | null;
}): SendResult => ({
  result: said.temporary ? 'failed' : 'refused',
  status: said.status,
  detail: said.detail,
  providerRef: null,
  retryAfterSeconds: said.temporary ? (said.retryAfterSeconds ?? null) : null,
});

/** The answer's body as JSON; undefined where it is none. */
export const jsonOf = (answer: GuardedAnswer): unknown => {
  try {
    return JSON.parse(answer.text);
  } catch {
    return undefined;
  }
};
