import type { MessageContent } from '../public.ts';

/** Ten parts of concatenated SMS (67 characters each beyond GSM 7 bit): gateways refuse more, and nobody reads it. */
const charactersMax = 670;

/** What an SMS says: subject, the first of the text, the link, and how to answer. Links are never cut. */
export const smsText = (content: MessageContent, canReply: boolean): string => {
  const ends = [
    content.link ? content.link.url : null,
    canReply && content.replyToken !== undefined && content.actions?.length ? howToReply(content.actions) : null,
  ].filter((part) => part !== null);
  const room = charactersMax - ends.join('\n').length - 1;
  const text = content.text.startsWith(content.subject) ? content.text : `${content.subject}\n${content.text}`;
  const cut = text.length <= room ? text : `${text.slice(0, Math.max(room - 1, 0))}…`.toWellFormed();
  return [cut.trim(), ...ends].filter((part) => part !== '').join('\n');
};

const howToReply = (actions: readonly { readonly id: string }[]): string => {
  const words = actions.flatMap(({ id }) => (id === 'acknowledge' ? ['ACK'] : id === 'resolve' ? ['RESOLVE'] : []));
  return words.length === 0 ? '' : `Reply ${words.join(' or ')}.`;
};
