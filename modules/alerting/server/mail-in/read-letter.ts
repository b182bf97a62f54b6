import PostalMime, { type Email } from 'postal-mime';
import { Refusal } from '../../../../kernel/problem.ts';
import { textOfHtml } from '../../domain/sources/html-text.ts';
import type { Letter } from '../../domain/sources/letter.ts';

const bounds = { maxNestingDepth: 20, maxHeadersSize: 64 * 1_024 } as const;

/** A letter as it came (RFC 5322), read. Throws a Refusal where it is none. */
export const readLetter = async (raw: Buffer): Promise<Letter> => {
  const email = await PostalMime.parse(raw, bounds).catch((error: unknown) => {
    throw notALetter((error as Error).message);
  });
  if (email.subject === undefined && email.from === undefined && email.messageId === undefined)
    throw notALetter('it has neither a subject nor a sender');
  const html = email.html === undefined ? null : textOfHtml(email.html);
  const text = (email.text ?? '').trim();
  return {
    messageId: email.messageId ?? null,
    inReplyTo: email.inReplyTo ?? null,
    references: (email.references ?? '').split(/\s+/u).filter((each) => each !== ''),
    from: addressOf(email),
    fromName: email.from?.name || null,
    subject: email.subject ?? null,
    text: text === '' ? (html?.text ?? '') : text,
    links: html?.links ?? [],
    date: dateOf(email.date),
    headers: email.headers.map(({ key, value }) => ({ key, value })),
    attachments: email.attachments.map(({ filename, mimeType, content }) => ({
      name: filename,
      type: mimeType,
      bytes: typeof content === 'string' ? content.length : content.byteLength,
    })),
  };
};

const addressOf = ({ from }: Email): string | null => from?.address?.toLowerCase() ?? null;

const dateOf = (text: string | undefined): Temporal.Instant | null => {
  const milliseconds = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? null : Temporal.Instant.fromEpochMilliseconds(milliseconds);
};

const notALetter = (detail: string): Refusal =>
  new Refusal({
    status: 400,
    code: 'alerting.no-letter',
    title: 'This is no letter',
    detail: `It cannot be read as e-mail: ${detail.slice(0, 300)}.`,
  });
