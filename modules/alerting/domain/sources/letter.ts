import { severityFrom, type IncomingAlert, type Severity } from '../alert.ts';
import { actionFrom } from './action-words.ts';
import { incoming, serviceIn } from './incoming.ts';

/** A letter as the parser of the mail server read it. */
export interface Letter {
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  /** Ids of the letters before, the oldest first. */
  readonly references: readonly string[];
  readonly from: string | null;
  readonly fromName: string | null;
  readonly subject: string | null;
  /** Plain text, or what the HTML says. */
  readonly text: string;
  /** Addresses that the HTML links to. */
  readonly links: readonly string[];
  readonly date: Temporal.Instant | null;
  /** Names in small letters. */
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly attachments: readonly { readonly name: string | null; readonly type: string; readonly bytes: number }[];
}

/** How a later letter is known to be about the same: by its subject without its state, or by the thread that it answers in. */
export type LetterKey = 'subject' | 'thread';

/**
 * A letter as an alert: the subject is the summary. `RESOLVED: disk is full` ends `[CRITICAL] disk is full`, because what stands
 * before the matter is its state. Null: an answer of a machine that nobody needs to be woken for (out of office, a bounce).
 */
export const alertOfLetter = (letter: Letter, keyBy: LetterKey): IncomingAlert | null => {
  const value = (name: string): string | null => letter.headers.find(({ key }) => key === name)?.value.trim() ?? null;
  if (/^auto-replied\b/iu.test(value('auto-submitted') ?? '')) return null;
  if (/^multipart\/report\b/iu.test(value('content-type') ?? '')) return null;
  const subject = letter.subject?.replace(/\s+/gu, ' ').trim() ?? '';
  const { matter, states } = matterOf(subject);
  const actions = states.map(actionFrom).filter((each) => each !== null);
  const thread = letter.references[0] ?? letter.inReplyTo ?? letter.messageId;
  const labels: readonly (readonly [string, string | null])[] = [
    ['alertname', matter === '' ? 'A letter without a subject' : matter],
    ['from', letter.from],
    ['service', /^\s*service\s*[:=]\s*(\S{1,200})\s*$/imu.exec(letter.text)?.[1] ?? null],
  ];
  return incoming({
    identity: keyBy === 'thread' || matter === '' ? ['thread', thread] : ['subject', matter.toLowerCase()],
    action: actions.includes('resolve') ? 'resolve' : actions.includes('acknowledge') ? 'acknowledge' : 'trigger',
    severity: severityOf(states, subject, value('importance') ?? value('x-priority')),
    summary: [subject, letter.text, 'A letter without words'],
    labels,
    annotations: [
      ['description', letter.text],
      ['from_name', letter.fromName],
      ['message_id', letter.messageId],
      ['sent_at', letter.date?.toString() ?? null],
      [
        'attachments',
        letter.attachments.map(({ name, type, bytes }) => `${name ?? 'unnamed'} (${type}, ${bytes} bytes)`).join('\n'),
      ],
    ],
    service: serviceIn(Object.fromEntries(labels.filter(([, each]) => each !== null)) as Record<string, string>),
    startsAt: null,
    links: linksIn(letter),
  });
};

const answer = /^(?:re|fwd?|aw|wg|antw|tr|rv)(?:\[\d+\])?\s*:\s*/iu;
/** `[CRITICAL]`, `RESOLVED:`, `OK -` and counts like `[FIRING:2]` at the beginning. */
const stateAtFront = /^(?:\[\s*([\p{L}_-]{1,20})(?:\s*:\s*\d+)?\s*\]\s*:?|([\p{L}_-]{1,20})\s*(?::|\s-\s))\s*/u;

/** The subject without answers' prefixes and words of state, and these words. */
const matterOf = (subject: string): { readonly matter: string; readonly states: readonly string[] } => {
  const states: string[] = [];
  let rest = subject;
  for (let steps = 0; steps < 10; steps += 1) {
    const shorter = rest.replace(answer, '');
    const found = stateAtFront.exec(shorter);
    const word = found?.[1] ?? found?.[2] ?? null;
    if (found && word !== null && isState(word)) {
      states.push(word);
      rest = shorter.slice(found[0].length);
    } else if (shorter === rest) break;
    else rest = shorter;
  }
  return { matter: rest.trim(), states };
};

const isState = (word: string): boolean =>
  actionFrom(word) !== null || severityFrom(word, 'error') !== 'error' || /^(error|err|major|high|alert)$/iu.test(word);

const severityOf = (states: readonly string[], subject: string, importance: string | null): Severity => {
  for (const state of states) {
    const found = severityFrom(state, 'error');
    if (found !== 'error' && actionFrom(state) !== 'resolve') return found;
  }
  const word = /\b(critical|fatal|emergency|disaster|error|warning|info)\b/iu.exec(subject)?.[1];
  if (word !== undefined) return severityFrom(word);
  if (/^(low|5)\b/iu.test(importance ?? '')) return 'info';
  return 'error';
};

const linksInMax = 5;

const linksIn = ({ text, links }: Letter): readonly (readonly [string, string])[] =>
  [...links, ...[...text.matchAll(/https?:\/\/[^\s<>"')\]]+/gu)].map(([url]) => url.replace(/[.,;]+$/u, ''))]
    .slice(0, linksInMax)
    .map((url) => ['In the letter', url]);
