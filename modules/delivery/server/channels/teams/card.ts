import type { OutgoingMessage } from '../../public.ts';
import { bodyText } from '../body-text.ts';
import { shortenToFit } from '../shorten.ts';

/** Teams takes 28 KB a message; some of it is its own. */
const cardBytesMax = 27_000;
const factsMax = 20;
const actionsMax = 5;

/**
 * The body for a Teams workflow ("When a Teams webhook request is received"): a message with one Adaptive Card 1.4. Its
 * buttons open signed links, because a workflow has no way back. Shortened to what Teams takes.
 */
export const teamsMessage = (message: OutgoingMessage): string => {
  const build = (text: string): string =>
    JSON.stringify({
      type: 'message',
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card(message, text) },
      ],
    });
  return shortenToFit(bodyText(message.content), build, (body) => Buffer.byteLength(body) <= cardBytesMax);
};

const card = ({ content, urgency, key }: OutgoingMessage, text: string) => ({
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
  type: 'AdaptiveCard',
  version: '1.4',
  // What people hear and what a list shows.
  fallbackText: content.subject,
  msteams: { width: 'Full' },
  // A workflow of one's own can tell a repeat by it.
  id: key,
  body: [
    {
      type: 'TextBlock',
      text: literal(content.subject),
      weight: 'Bolder',
      size: 'Large',
      wrap: true,
      style: 'heading',
      ...(urgency === 'high' ? { color: 'Attention' } : {}),
    },
    ...(text === '' ? [] : [{ type: 'TextBlock', text: literal(text), wrap: true }]),
    ...factsOf(content.lines ?? []),
  ],
  actions: [
    ...(content.actions ?? []).map(({ label, url }, index) => ({
      type: 'Action.OpenUrl',
      title: label,
      url,
      ...(index === 0 ? { style: 'positive' } : {}),
    })),
    ...(content.link ? [{ type: 'Action.OpenUrl', title: content.link.label, url: content.link.url }] : []),
  ].slice(0, actionsMax),
});

const factsOf = (lines: readonly { readonly label: string; readonly value: string }[]) =>
  lines.length === 0
    ? []
    : [
        {
          type: 'FactSet',
          facts: lines.slice(0, factsMax).map(({ label, value }) => ({ title: literal(label), value: literal(value) })),
        },
      ];

/** Text blocks read a part of Markdown: a text from elsewhere must not hide a link, and keeps its lines. */
const literal = (text: string): string => text.replace(/([\\`*_[\]])/g, '\\$1').replace(/\r?\n/g, '\n\n');
