import { problemOf } from '../../../../platform/http/problems.ts';
import type { CallbackTools, Channel, ChannelProvider } from '../channels/channel.ts';
import type { OutgoingMessage, Reply } from '../public.ts';
import { startOutside, type Outside } from './outside.ts';

/** What the channel did with what came in. */
export interface Recorded {
  readonly receipts: Parameters<CallbackTools['receipt']>[0][];
  readonly replies: Reply[];
}

export interface CallbackServer extends Outside, Recorded {
  /** What stands before the path of a callback. */
  readonly callbackUrl: string;
}

/**
 * The address that a provider calls back, over real HTTP: hands each call to the channel as the product's route does, and
 * records what the channel asks of the rest. `messages` are those that left, the newest last.
 */
export const startCallbackServer = async (
  channel: () => Channel,
  provider: () => ChannelProvider,
  messages: readonly OutgoingMessage[],
): Promise<CallbackServer> => {
  const recorded: Recorded = { receipts: [], replies: [] };
  const tools: CallbackTools = {
    receipt: async (receipt) => {
      recorded.receipts.push(receipt);
      return 'key' in receipt.of ? messages.some(({ key }) => 'key' in receipt.of && key === receipt.of.key) : true;
    },
    reply: async (reply) => {
      recorded.replies.push(reply);
      return `${reply.said === 'resolve' ? 'Resolved' : 'Acknowledged'} (${recorded.replies.length}).`;
    },
    messageOf: async (key) => messages.find((message) => message.key === key) ?? null,
    lastTo: async (name, address) =>
      messages.findLast((message) => message.channel === name && message.address === address) ?? null,
  };
  const start = '/api/v1/delivery/callbacks/p';
  const outside = await startOutside(async (seen) => {
    const url = new URL(seen.path, outside.url);
    try {
      const said = await channel().callback!(
        {
          method: seen.method as 'GET' | 'POST',
          url: `${outside.url}${seen.path}`,
          path: url.pathname.slice(start.length),
          query: Object.fromEntries(url.searchParams),
          headers: Object.fromEntries(Object.entries(seen.headers).map(([name, value]) => [name, String(value)])),
          body: seen.body,
        },
        provider(),
        tools,
      );
      return { status: said.status, headers: { 'content-type': said.contentType }, body: said.body };
    } catch (error) {
      const problem = problemOf(error);
      return { status: problem.status, body: problem };
    }
  });
  return { ...outside, ...recorded, callbackUrl: `${outside.url}${start}` };
};
