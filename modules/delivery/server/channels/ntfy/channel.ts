import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OutgoingMessage } from '../../public.ts';
import type { Channel, ChannelGround, ChannelProvider, GuardedAnswer, SendResult } from '../channel.ts';
import { bodyText } from '../body-text.ts';
import { isTemporary, jsonOf, notTaken, quoted, retryAfterOf, taken } from '../http-answer.ts';
import { shortenToBytes } from '../shorten.ts';

/** Bounds of a server as it comes; a longer text arrives as an attachment, which a lock screen does not show. */
const bounds = { messageBytes: 4_096, titleBytes: 500, actions: 3 } as const;

const settings = z.strictObject({
  /** The server that the secrets are for: they are sent to no other. */
  server: z.url({ protocol: /^https?$/ }).optional(),
});

const secrets = z
  .strictObject({
    /** Access token, `tk_…`. */
    token: z.string().min(1),
    username: z.string().min(1),
    password: z.string().min(1),
  })
  .partial() as unknown as z.ZodType<Record<string, string>>;

/** ntfy (https://docs.ntfy.sh/publish/): a topic on a server of one's own or of somebody's. Needs no configured provider. */
export const createNtfy = ({ clock, fetch }: ChannelGround): Channel => ({
  kind: 'ntfy',
  channels: ['ntfy'],
  settings,
  secrets,
  builtIn: () => ({ settings: {}, secrets: {} }),
  receiptWithinSeconds: null,
  check: (address) => {
    const topic = topicOf(address);
    return topic === null ? 'Write the address of a topic, such as https://ntfy.sh/a-name-that-nobody-guesses.' : null;
  },
  hostOf: (address) => (URL.canParse(address) ? new URL(address).host : null),
  send: async ({ message, provider, signal }) => {
    const topic = topicOf(message.address);
    if (topic === null)
      return notTaken({ temporary: false, status: null, detail: 'This is not the address of a topic.' });
    const answer = await fetch(topic.server, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', ...authorization(provider, topic.server) },
      body: JSON.stringify(publication(message, topic.name)),
    });
    return judge(answer, clock.now());
  },
});

interface Topic {
  /** Address of the server, with the folder it may stand in. */
  readonly server: string;
  readonly name: string;
}

const topicOf = (address: string): Topic | null => {
  if (!/^https?:\/\//.test(address) || !URL.canParse(address)) return null;
  const url = new URL(address);
  // A password in an address is kept nowhere secret: it belongs to a provider.
  if (url.username !== '' || url.password !== '') return null;
  const parts = /^(.*\/)([A-Za-z0-9_-]{1,64})\/?$/.exec(url.pathname);
  return parts && url.search === '' ? { server: `${url.origin}${parts[1]}`, name: parts[2]! } : null;
};

const publication = ({ content, urgency, key }: OutgoingMessage, topic: string) => ({
  topic,
  title: shortenToBytes(content.subject, bounds.titleBytes),
  message: shortenToBytes(bodyText(content) || content.subject, bounds.messageBytes),
  // 5 breaks through "do not disturb", 3 is like any message.
  priority: urgency === 'high' ? 5 : 3,
  tags: urgency === 'high' ? ['rotating_light'] : [],
  ...(content.link ? { click: content.link.url } : {}),
  // A signed link acts by POST: one tap on a locked phone, without a screen.
  actions: (content.actions ?? [])
    .slice(0, bounds.actions)
    .map(({ label, url }) => ({ action: 'http', label, url, method: 'POST', clear: true })),
  // The same once more takes the first one's place (servers from 2.16 on; older ones do not know the field).
  sequence_id: createHash('sha256').update(key).digest('base64url').slice(0, 32),
});

/** Secrets go only to the server that they were made for. */
const authorization = ({ settings: set, secrets: kept }: ChannelProvider, server: string): Record<string, string> => {
  const meant = set['server'] as string | undefined;
  if (meant === undefined || new URL(meant).origin !== new URL(server).origin) return {};
  if (kept['token']) return { authorization: `Bearer ${kept['token']}` };
  if (!kept['username']) return {};
  const pair = Buffer.from(`${kept['username']}:${kept['password'] ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
};

const judge = (answer: GuardedAnswer, now: Temporal.Instant): SendResult => {
  const said = jsonOf(answer) as { id?: string; event?: string; error?: string; http?: number } | undefined;
  const { status } = answer;
  if (status === 200 && said?.event === 'message') return taken(status, said.id ?? null);
  const hint = status === 401 || status === 403 ? ' (give a provider of kind ntfy the token for this topic)' : '';
  return notTaken({
    temporary: isTemporary(said?.http ?? status) || (status === 200 && said === undefined),
    status,
    detail: `ntfy answered ${status}: ${quoted(said?.error ?? answer.text)}${hint}`,
    retryAfterSeconds: retryAfterOf(answer, now),
  });
};
