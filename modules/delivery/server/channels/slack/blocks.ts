import type { MessageContent } from '../../public.ts';
import { bodyText } from '../body-text.ts';
import { shortenToFit } from '../shorten.ts';

/** Bounds of Block Kit (https://docs.slack.dev/reference/block-kit/blocks). */
const bounds = {
  header: 150,
  section: 3_000,
  field: 2_000,
  label: 100,
  fields: 10,
  buttons: 5,
  buttonText: 75,
  url: 3_000,
} as const;

/** What stands before the id of an action that we made; buttons of others are not ours to act on. */
export const actionPrefix = 'leadline:';

type Block = Readonly<Record<string, unknown>>;

/**
 * A message as blocks. `interactive`: buttons report back to us and act in place; else they open the signed links.
 */
export const slackBlocks = (content: MessageContent, interactive: boolean): readonly Block[] => [
  { type: 'header', text: plain(content.subject, bounds.header) },
  ...textOf(bodyText(content)),
  ...fieldsOf(content),
  ...buttonsOf(content, interactive),
];

/** Slack reads `&`, `<` and `>` as its own marks; a text from elsewhere must not mention the channel or hide a link. */
export const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const textOf = (text: string): Block[] =>
  text === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: escapedWithin(text, bounds.section) } }];

const fieldsOf = ({ lines }: MessageContent): Block[] => {
  if (!lines?.length) return [];
  const fields = lines.slice(0, bounds.fields).map(({ label, value }) => ({
    type: 'mrkdwn',
    text: `*${escapedWithin(label, bounds.label)}*\n${escapedWithin(value, bounds.field - bounds.label - 3)}`,
  }));
  return [{ type: 'section', fields }];
};

const buttonsOf = ({ actions, link, replyToken }: MessageContent, interactive: boolean): Block[] => {
  const acting = (actions ?? []).slice(0, bounds.buttons - 1).map(({ id, label, url }, index) => ({
    type: 'button',
    text: plain(label, bounds.buttonText),
    action_id: `${actionPrefix}${id}`,
    ...(index === 0 ? { style: 'primary' } : {}),
    ...(interactive && replyToken !== undefined ? { value: replyToken } : { url: url.slice(0, bounds.url) }),
  }));
  const opening = link
    ? [{ type: 'button', text: plain(link.label, bounds.buttonText), action_id: `${actionPrefix}open`, url: link.url }]
    : [];
  const elements = [...acting, ...opening];
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
};

const plain = (text: string, characters: number) => ({ type: 'plain_text', text: cut(text, characters), emoji: false });

/** Escaped, and cut between marks: half an entity would be shown as such. */
const escapedWithin = (text: string, characters: number): string =>
  shortenToFit(text, slackText, (escaped) => escaped.length <= characters);

const cut = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`.toWellFormed();
