import { createHash } from 'node:crypto';
import type { OutgoingMessage } from '../../public.ts';

/** One e-mail as nodemailer takes it. */
export interface Letter {
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly replyTo: string | null;
  readonly references: string;
  readonly headers: Readonly<Record<string, string>>;
}

const subjectCharactersMax = 200;

/**
 * An e-mail from a message. The Message-ID follows from the key, so that a repeat is the same letter to every mail system
 * that keeps them apart by it; all letters about one thing are one conversation.
 */
export const compose = (
  { key, about, content, urgency }: OutgoingMessage,
  options: { readonly domain: string; readonly replyAddress: string | null },
): Letter => ({
  messageId: `<${digest(key)}@${options.domain}>`,
  references: `<about.${digest(about)}@${options.domain}>`,
  subject: oneLine(content.subject).slice(0, subjectCharactersMax),
  text: plainText(content),
  html: htmlText(content),
  replyTo:
    options.replyAddress !== null && content.replyToken !== undefined
      ? plusAddress(options.replyAddress, content.replyToken)
      : null,
  headers: {
    // No out-of-office answers to what nobody wrote by hand (RFC 3834).
    'Auto-Submitted': 'auto-generated',
    'X-Leadline-Key': oneLine(key),
    ...(urgency === 'high' ? { Importance: 'high', 'X-Priority': '1' } : {}),
  },
});

/** `leadline@example.org` with a token: `leadline+page.k3v9@example.org` (RFC 5233). */
export const plusAddress = (address: string, token: string): string => {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}+${token}${address.slice(at)}`;
};

/** The part of a Message-ID that follows from a key: replies name it. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Header fields are one line: what is said of an alert may hold anything. */
const oneLine = (text: string): string =>
  text
    // oxlint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
    .trim();

const plainText = ({ text, lines = [], link, actions = [] }: OutgoingMessage['content']): string =>
  [
    text,
    lines.map(({ label, value }) => `${label}: ${value}`).join('\n'),
    actions.map(({ label, url }) => `${label}: ${url}`).join('\n'),
    link ? `${link.label}: ${link.url}` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** Only http and https become links; whatever else somebody wrote stays text. */
const anchor = (label: string, url: string, style: string): string =>
  /^https?:\/\//i.test(url) ? `<a href="${escaped(url)}" style="${style}">${escaped(label)}</a>` : escaped(label);

const button =
  'display:inline-block;margin:0 8px 8px 0;padding:14px 20px;border-radius:8px;background:#1d4ed8;color:#ffffff;text-decoration:none;font-weight:600';

/** Readable on a phone in the dark and in the light, without an image or anything from elsewhere. */
const htmlText = ({ subject, text, lines = [], link, actions = [] }: OutgoingMessage['content']): string =>
  [
    '<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    '<meta name="color-scheme" content="light dark"></head>',
    '<body style="font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:640px;margin:0;padding:16px">',
    `<h1 style="font-size:20px;margin:0 0 12px">${escaped(subject)}</h1>`,
    `<p style="white-space:pre-wrap;margin:0 0 16px">${escaped(text)}</p>`,
    ...(actions.length > 0 ? [`<p>${actions.map(({ label, url }) => anchor(label, url, button)).join('')}</p>`] : []),
    ...(lines.length > 0
      ? [
          '<table style="border-collapse:collapse;margin:0 0 16px">',
          ...lines.map(
            ({ label, value }) =>
              `<tr><th style="text-align:left;vertical-align:top;padding:2px 12px 2px 0">${escaped(label)}</th><td style="white-space:pre-wrap">${escaped(value)}</td></tr>`,
          ),
          '</table>',
        ]
      : []),
    ...(link ? [`<p>${anchor(link.label, link.url, 'color:#1d4ed8')}</p>`] : []),
    '</body></html>',
  ].join('\n');
