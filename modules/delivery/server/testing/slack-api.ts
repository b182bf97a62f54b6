import { createHmac } from 'node:crypto';
import { startOutside, type Outside, type Said, type Seen } from './outside.ts';

export const slackToken = 'xoxb-1-2-abc';
export const slackSigningSecret = '8f742231b10e8888abcd99yyyzzz85a5';

export interface SlackApi extends Outside {
  /** What stands in the channels, once each. */
  readonly posted: { channel: string; blocks: any[]; text: string; ts: string }[];
  /** Answers so instead, once. */
  next(said: Said): void;
}

/** Slack's Web API and an incoming webhook (`/services/T/B/secret`), with its checks of tokens, blocks and repeats. */
export const startSlackApi = async (): Promise<SlackApi> => {
  const posted: SlackApi['posted'] = [];
  const known = new Map<string, string>();
  const instead: Said[] = [];
  const outside = await startOutside((seen) => {
    const other = instead.shift();
    if (other) return other;
    if (seen.method === 'POST' && seen.path === '/api/chat.postMessage') return postMessage(seen);
    if (seen.method === 'POST' && seen.path === '/services/T1/B1/secret') return incoming(seen);
    if (seen.path === '/respond') return { status: 200, body: 'ok' };
    return { status: 404, body: 'no_service' };
  });
  const postMessage = (seen: Seen): Said => {
    const no = (error: string): Said => ({ status: 200, body: { ok: false, error } });
    if (seen.headers.authorization !== `Bearer ${slackToken}`) return no('invalid_auth');
    if (!String(seen.headers['content-type']).startsWith('application/json')) return no('invalid_post_type');
    const said = seen.json();
    if (!/^(C0PAYMENTS|U0ALICE01|#oncall)$/.test(said.channel)) return no('channel_not_found');
    if (wrongBlocks(said.blocks)) return no('invalid_blocks');
    if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(said.client_msg_id ?? ''))
      return no('invalid_arguments');
    const before = known.get(said.client_msg_id);
    const ts = before ?? `1700000000.${String(known.size).padStart(6, '0')}`;
    if (!before) {
      known.set(said.client_msg_id, ts);
      posted.push({ channel: said.channel, blocks: said.blocks, text: said.text, ts });
    }
    return { status: 200, body: { ok: true, channel: said.channel, ts } };
  };
  const incoming = (seen: Seen): Said => {
    const said = seen.json();
    if (wrongBlocks(said.blocks)) return { status: 400, body: 'invalid_blocks' };
    posted.push({ channel: 'webhook', blocks: said.blocks, text: said.text, ts: '' });
    return { status: 200, body: 'ok' };
  };
  return { ...outside, posted, next: (said) => void instead.push(said) };
};

/** The rules of Block Kit that a page can break. */
const wrongBlocks = (blocks: any): string | null => {
  if (!Array.isArray(blocks) || blocks.length > 50) return 'blocks';
  for (const block of blocks) {
    if (block.type === 'header' && !(block.text?.type === 'plain_text' && block.text.text.length <= 150))
      return 'header';
    if (block.type === 'section') {
      if (!block.text && !block.fields) return 'section';
      if (block.text && !(block.text.text.length > 0 && block.text.text.length <= 3_000)) return 'section text';
      if (block.fields && (block.fields.length > 10 || block.fields.some((each: any) => each.text.length > 2_000)))
        return 'fields';
    }
    if (block.type === 'actions' && wrongButtons(block.elements)) return 'actions';
  }
  return null;
};

const wrongButtons = (elements: any[]): boolean =>
  elements.length === 0 ||
  elements.length > 25 ||
  new Set(elements.map((each) => each.action_id)).size !== elements.length ||
  elements.some(
    (each) =>
      each.type !== 'button' ||
      each.text.text.length > 75 ||
      (each.value?.length ?? 0) > 2_000 ||
      (each.url?.length ?? 0) > 3_000,
  );

/** What Slack sends when somebody presses a button, with its signature. */
export const slackPress = (given: {
  readonly actionId: string;
  readonly value?: string;
  readonly at: Temporal.Instant;
  readonly responseUrl?: string;
  readonly secret?: string;
}): { readonly body: Buffer; readonly headers: Record<string, string> } => {
  const payload = JSON.stringify({
    type: 'block_actions',
    user: { id: 'U0ALICE01', username: 'alice', team_id: 'T1' },
    team: { id: 'T1', domain: 'shop' },
    channel: { id: 'C0PAYMENTS', name: 'payments' },
    actions: [{ type: 'button', action_id: given.actionId, block_id: 'b', value: given.value }],
    ...(given.responseUrl ? { response_url: given.responseUrl } : {}),
  });
  const body = new URLSearchParams({ payload }).toString();
  const timestamp = String(Math.floor(given.at.epochMilliseconds / 1_000));
  const signature = createHmac('sha256', given.secret ?? slackSigningSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  return {
    body: Buffer.from(body),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
  };
};
