import type { MessageContent } from '../public.ts';

/** What stands below the subject: a text that begins with the same line would say it twice. Empty where nothing is left. */
export const bodyText = ({ subject, text }: Pick<MessageContent, 'subject' | 'text'>): string => {
  if (text === subject) return '';
  return text.startsWith(`${subject}\n`) ? text.slice(subject.length).trim() : text;
};
