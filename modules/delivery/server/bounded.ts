import { Refusal } from '../../../kernel/problem.ts';
import { storable } from '../../../platform/ledger/storable.ts';
import { deliveryLimits } from '../contract.ts';
import type { MessageContent, OutgoingMessage } from './public.ts';

const cut = ' … (cut)';

/**
 * A message as it can be kept: without what PostgreSQL does not hold (U+0000, half of a surrogate pair), long texts cut,
 * data that is too much left out, with a word about it. Throws a Refusal for a key or an address out of bounds.
 */
export const bounded = (message: OutgoingMessage): OutgoingMessage => {
  const { key, address } = message;
  if (key.length === 0 || key.length > deliveryLimits.keyLength || address.length > deliveryLimits.addressLength)
    throw new Refusal({
      status: 422,
      code: 'delivery.message-out-of-bounds',
      title: 'This message cannot be kept',
      detail: `A key has 1 to ${deliveryLimits.keyLength} characters, an address at most ${deliveryLimits.addressLength}.`,
    });
  return { ...message, content: boundedContent(message.content) };
};

const boundedContent = (content: MessageContent): MessageContent => {
  const { data, ...said } = content;
  const shorter = {
    ...said,
    subject: shortened(content.subject, deliveryLimits.subjectLength),
    text: shortened(content.text, deliveryLimits.textLength),
    ...(content.spoken === undefined ? {} : { spoken: shortened(content.spoken, deliveryLimits.textLength) }),
    ...(content.lines === undefined ? {} : { lines: boundedLines(content.lines) }),
  };
  if (data === undefined) return storable(shorter);
  const tooMuch = JSON.stringify(data).length > deliveryLimits.dataLength;
  return storable({ ...shorter, data: tooMuch ? { leftOut: 'the data was too much to send' } : data });
};

const boundedLines = (lines: NonNullable<MessageContent['lines']>): NonNullable<MessageContent['lines']> =>
  lines.slice(0, deliveryLimits.lines).map(({ label, value }) => ({
    label: shortened(label, deliveryLimits.subjectLength),
    value: shortened(value, deliveryLimits.lineLength),
  }));

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - cut.length)}${cut}`;
