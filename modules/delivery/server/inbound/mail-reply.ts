import { createHash } from 'node:crypto';
import PostalMime, { type Email } from 'postal-mime';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { isAutomatic, textOfHtml, tokenInAddress } from '../../domain/mail-reply.ts';
import { answerWithoutQuote, saidBy } from '../../domain/reply-words.ts';
import { digest } from '../channels/email/compose.ts';
import type { OutgoingMessage } from '../public.ts';
import type { Replies } from '../replies.ts';
import type { AnswerOnce } from './answer-once.ts';
import { inWords } from './in-words.ts';
import { recentMailTo, type AnswerableMail } from './store.ts';

/** Mails of ours to one address among which a reply is looked for. */
const recentMax = 100;
const bounds = { maxNestingDepth: 20, maxHeadersSize: 64 * 1024 } as const;

export interface MailGround {
  readonly postgres: Postgres;
  readonly once: AnswerOnce;
  readonly replies: Replies;
  /** Sends the answer to who replied. */
  readonly send: (message: OutgoingMessage) => Promise<void>;
}

/** What became of a mail that came in; nothing of it goes back to a sender that we did not write to. */
export type MailOutcome =
  | { readonly acted: true; readonly repeat: boolean; readonly answer: string }
  | { readonly acted: false; readonly reason: 'automatic' | 'no-token' | 'empty' | 'unreadable' };

/**
 * A reply by e-mail: its token stands behind the plus of the address that it came to, or follows from the mail that it
 * answers. What is quoted does not count; what a program wrote neither. The same mail again does nothing.
 */
export const takeMailReply = async (
  ground: MailGround,
  mail: { readonly raw: Buffer; readonly from: string; readonly to: readonly string[]; readonly ours: string },
): Promise<MailOutcome> => {
  const letter = await PostalMime.parse(mail.raw, bounds).catch(() => null);
  // Sent again it would be no better: taken, and left.
  if (letter === null) return { acted: false, reason: 'unreadable' };
  if (isAutomatic(letter.headers, mail.from)) return { acted: false, reason: 'automatic' };
  const writer = letter.from?.address ?? mail.from;
  const sent = await recentMailTo(ground.postgres, writer, recentMax);
  const replyToken = tokenOf(letter, mail.to, mail.ours) ?? answeredOf(letter, sent)?.replyToken;
  if (replyToken === undefined) return { acted: false, reason: 'no-token' };
  const text = answerWithoutQuote(letter.text ?? textOfHtml(letter.html ?? ''));
  if (text === '') return { acted: false, reason: 'empty' };
  const name = letter.messageId ?? createHash('sha256').update(mail.raw).digest('hex');
  const { answer, repeat } = await ground.once(`mail:${replyToken}:${name}`, () =>
    inWords(() => ground.replies.answer({ replyToken, said: saidBy(text), text, by: `e-mail from ${writer}` })),
  );
  const original = sent.find((each) => each.replyToken === replyToken);
  if (original && !repeat) await ground.send(confirmation(original, letter, answer, name));
  return { acted: true, repeat, answer };
};

/** From where the mail was delivered to; a mailbox that forwards keeps it in a header. */
const tokenOf = (letter: Email, envelopeTo: readonly string[], ours: string): string | undefined => {
  const named = [letter.to ?? [], letter.cc ?? []].flat().flatMap(({ address }) => address ?? []);
  const delivered = letter.headers
    .filter(({ key }) => ['delivered-to', 'x-original-to', 'envelope-to'].includes(key))
    .map(({ value }) => value.trim().replace(/^<|>$/g, ''));
  for (const address of [...envelopeTo, ...delivered, ...named]) {
    const token = tokenInAddress(address, ours);
    if (token) return token;
  }
  return undefined;
};

/** By `In-Reply-To` and `References`: only among what was sent to who writes. */
const answeredOf = (letter: Email, sent: readonly AnswerableMail[]): AnswerableMail | undefined => {
  const named = `${letter.inReplyTo ?? ''} ${letter.references ?? ''}`;
  return sent.find(({ key }) => named.includes(`<${digest(key)}@`));
};

/** Goes to the address that we wrote to, never to one that a mail names; asks for no answer itself. */
const confirmation = (original: AnswerableMail, letter: Email, answer: string, name: string): OutgoingMessage => ({
  key: `mail-answer-${createHash('sha256').update(`${original.key}\n${name}`).digest('hex').slice(0, 40)}`,
  channel: 'email',
  address: original.address,
  urgency: 'low',
  about: original.about,
  content: { subject: `Re: ${(letter.subject ?? 'your answer').replace(/^(re|aw|sv|antw):\s*/i, '')}`, text: answer },
  expiresAt: null,
});
