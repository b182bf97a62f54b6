import { momentText } from '../moment-text.ts';

/** What of a shift belongs into its hand-over. */
export interface PageInShift {
  readonly summary: string;
  readonly state: 'triggered' | 'acknowledged' | 'resolved';
  readonly raisedAt: string;
  readonly acknowledgedBy: string | null;
  readonly times: number;
}

const listedMax = 100;

/** The beginning of a hand-over note, from what happened: what is still open first; whoever hands over writes on. */
export const handOverText = (shift: {
  readonly schedule: string;
  readonly from: string;
  readonly to: string;
  /** Where whoever hands over lives: moments are written so, with the zone's name. */
  readonly zone: string;
  readonly pages: readonly PageInShift[];
}): string => {
  const open = shift.pages.filter(({ state }) => state !== 'resolved');
  const over = shift.pages.filter(({ state }) => state === 'resolved');
  const lines = (pages: readonly PageInShift[]): string[] =>
    pages.slice(0, listedMax).map(({ summary, raisedAt, acknowledgedBy, times }) => {
      const again = times > 1 ? `, ${times} times` : '';
      return `- ${momentText(raisedAt, shift.zone)} ${summary}${again}${acknowledgedBy === null ? '' : ` (${acknowledgedBy})`}`;
    });
  const more = (pages: readonly PageInShift[]): string[] =>
    pages.length > listedMax ? [`- and ${pages.length - listedMax} more`] : [];
  return [
    `# ${shift.schedule}, ${momentText(shift.from, shift.zone)} to ${momentText(shift.to, shift.zone)}`,
    '',
    shift.pages.length === 0
      ? 'No page came in this shift.'
      : `${shift.pages.length} ${shift.pages.length === 1 ? 'page' : 'pages'}.`,
    '',
    '## Still open',
    ...(open.length === 0 ? ['Nothing.'] : [...lines(open), ...more(open)]),
    '',
    '## Over',
    ...(over.length === 0 ? ['Nothing.'] : [...lines(over), ...more(over)]),
    '',
    '## What you should know',
    '',
  ].join('\n');
};
