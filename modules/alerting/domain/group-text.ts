import type { Labels } from './alert.ts';

/** What a person reads of a group: of its alerts the gravest first. */
export interface GroupText {
  readonly summary: string;
  readonly details: string;
}

export interface ShownMember {
  readonly status: 'firing' | 'acknowledged' | 'resolved';
  readonly severity: string;
  readonly summary: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

export const groupTextLimits = { members: 20, value: 500, description: 4_000, details: 60_000 } as const;

/** Words of a page for a group of alerts; `count` are all that fire, of which `members` are shown. */
export const groupText = (
  members: readonly ShownMember[],
  { count, labels, reasons }: { readonly count: number; readonly labels: Labels; readonly reasons: readonly string[] },
): GroupText => {
  const [first] = members;
  if (!first) return { summary: `${count} alerts`, details: sentences(reasons) };
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const parts = [describe(first)];
  if (count > 1) {
    const rest = members.slice(1, groupTextLimits.members);
    const shared = Object.entries(labels).map(([name, value]) => `${name}=${cut(value)}`);
    parts.push(
      [
        `${count} alerts${shared.length === 0 ? '' : ` with ${shared.join(', ')}`}. The others:`,
        ...rest.map(({ severity, summary }) => `- ${severity}: ${cut(summary)}`),
        ...(count - 1 > rest.length ? [`- and ${count - 1 - rest.length} more`] : []),
      ].join('\n'),
    );
  }
  parts.push(sentences(reasons));
  return { summary: `${first.summary}${more}`, details: parts.join('\n\n').slice(0, groupTextLimits.details) };
};

const describe = ({ annotations, labels, links, summary }: ShownMember): string => {
  const description = annotations['description'] ?? annotations['message'] ?? '';
  const runbook = annotations['runbook_url'];
  const lines = [
    ...(description === '' || description === summary ? [] : [description.slice(0, groupTextLimits.description)]),
    // Most senders say it among the links too.
    ...(runbook === undefined || links.some(({ url }) => url === runbook) ? [] : [`Runbook: ${cut(runbook)}`]),
    ...links.slice(0, 5).map(({ label, url }) => `${cut(label)}: ${url}`),
    Object.entries(labels)
      .slice(0, 30)
      .map(([name, value]) => `${name}=${cut(value)}`)
      .join(', '),
  ];
  return lines.filter((line) => line !== '').join('\n');
};

/** Reasons of routes begin small, because they also stand within a sentence. */
const sentences = (reasons: readonly string[]): string =>
  reasons.map((reason) => `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`).join('\n');

const cut = (text: string): string =>
  text.length <= groupTextLimits.value ? text : `${text.slice(0, groupTextLimits.value - 1)}…`;
