/** What somebody wants who answers a message with words. */
export type Said = 'acknowledge' | 'resolve' | 'text';

/** First words that mean it, in the languages that people on call were seen to answer in; anything else is a note. */
const words: Readonly<Record<string, Exclude<Said, 'text'>>> = {
  ack: 'acknowledge',
  acked: 'acknowledge',
  acknowledge: 'acknowledge',
  acknowledged: 'acknowledge',
  mine: 'acknowledge',
  ok: 'acknowledge',
  '1': 'acknowledge',
  resolve: 'resolve',
  resolved: 'resolve',
  done: 'resolve',
  fixed: 'resolve',
  close: 'resolve',
  closed: 'resolve',
  '2': 'resolve',
};

/**
 * What a reply of words says: its first word decides, whatever its case, when it stands alone, ends in a mark or is followed
 * by a word of ours (a reply code); "ack" acts, "acknowledging is hard without a login" is a note.
 */
export const saidBy = (text: string): Said => {
  const line = text.trim().split(/\r?\n/, 1)[0] ?? '';
  const first = /^["'*(]*([\p{L}\d]+)(?=$|[\s.,!?:;"'*)])/u.exec(line)?.[1]?.toLowerCase();
  if (first === undefined || !Object.hasOwn(words, first)) return 'text';
  return words[first]!;
};

/** The longest note that is kept of a reply. */
const noteCharacters = 2_000;

/**
 * What a person wrote above what they quote: mail programs put the whole first message below an answer. Cut at the first
 * quoted line, at "On … wrote:", at a forwarded head and at the mark of a signature.
 */
export const answerWithoutQuote = (text: string): string => {
  const kept: string[] = [];
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    if (/^\s*>/.test(line) || line === '-- ' || line === '--') break;
    if (/^\s*(On|Am|Le|El|Il)\b.{4,200}(wrote|schrieb|a écrit|escribió|ha scritto)\b.{0,80}:\s*$/i.test(line)) break;
    if (/^\s*(-{2,}\s*)?(Original Message|Ursprüngliche Nachricht|Forwarded message)\b/i.test(line)) break;
    if (/^(From|Von|De):\s.+/i.test(line) && kept.some((each) => each.trim() !== '')) break;
    if (/^_{10,}\s*$/.test(line)) break;
    kept.push(line);
  }
  return kept.join('\n').trim().slice(0, noteCharacters);
};

/**
 * The reply token that stands after the word, as in "ack page.k3v9x2m1"; undefined where the whole text is not of that form,
 * so that a host name in a note is not taken for one.
 */
export const replyTokenIn = (text: string): string | undefined =>
  /^\w+[\s,:]+([a-z]{2,20}\.[a-z0-9.-]{8,45})$/.exec(text.trim().toLowerCase())?.[1];
