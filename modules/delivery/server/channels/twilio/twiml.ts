import type { MessageContent } from '../../public.ts';
import { xmlText } from '../../../domain/fill-template.ts';

/** Twilio takes 4,000 characters of TwiML with a call; what is said is much shorter, because people listen at night. */
const spokenCharactersMax = 1_000;
/** A person who wakes up needs a second time. */
const saidTimes = 2;
const keyWaitSeconds = 10;
/** Keys 1 to 3. */
const keysMax = 3;

export interface Voice {
  /** Language of Twilio's voices, `en-GB`. */
  readonly language: string;
  /** Twilio's name of a voice; its default where absent. */
  readonly voice?: string | undefined;
}

/**
 * What a call says: the message, then which key does what, twice, and waits for a key, which goes to `keysUrl`.
 * Without an address to report to (Leadline knows no public one) it only speaks. https://www.twilio.com/docs/voice/twiml
 */
export const spokenMessage = (content: MessageContent, voice: Voice, keysUrl: string | null): string => {
  const spoken = (content.spoken ?? `${content.subject}. ${content.text}`).slice(0, spokenCharactersMax);
  const keys = keysUrl === null ? [] : (content.actions ?? []).slice(0, keysMax);
  if (keys.length === 0) return twiml(repeated(say(spoken, voice)));
  const menu = keys.map(({ label }, index) => `To ${label.toLowerCase()}, press ${index + 1}.`).join(' ');
  return twiml(
    `<Gather input="dtmf" numDigits="1" timeout="${keyWaitSeconds}" method="POST" action="${xmlText(keysUrl!)}">` +
      `${repeated(say(`${spoken} ${menu}`, voice))}</Gather>${say('No key was pressed. Goodbye.', voice)}`,
  );
};

/** What is answered to a key, then the call ends. */
export const spokenAnswer = (text: string, voice: Voice): string =>
  twiml(`${say(text.slice(0, spokenCharactersMax), voice)}<Hangup/>`);

/** An answer by SMS; none where there is nothing to say. */
export const writtenAnswer = (text: string | null): string =>
  twiml(text === null ? '' : `<Message>${xmlText(text)}</Message>`);

const twiml = (inside: string): string => `<?xml version="1.0" encoding="UTF-8"?><Response>${inside}</Response>`;

const repeated = (part: string): string => Array(saidTimes).fill(part).join('<Pause length="1"/>');

const say = (text: string, { language, voice }: Voice): string =>
  `<Say language="${xmlText(language)}"${voice ? ` voice="${xmlText(voice)}"` : ''}>${xmlText(text)}</Say>`;
