import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Seen } from '../modules/delivery/server/testing/outside.ts';
import { acceptPush, type PushedMessage } from '../modules/delivery/server/testing/push-service.ts';

/** What a browser reported of a message: 100 delivered to the page's worker, 101 could not be decrypted, 102 not delivered. */
export interface Ack {
  readonly version: string;
  readonly code: number;
}

export interface PushServer {
  /** What a Firefox is pointed at (`dom.push.serverURL`). */
  readonly socketUrl: string;
  readonly origin: string;
  /** Messages that application servers handed in, as they were carried. */
  readonly carried: readonly PushedMessage[];
  readonly acks: readonly Ack[];
  /** Keys that subscriptions were bound to, by channel. */
  readonly subscriptions: ReadonlyMap<string, string | null>;
  /** Messages of the browser, for the account at the end. */
  readonly said: readonly string[];
  stop(): Promise<void>;
}

/**
 * A push service as Mozilla's autopush is one to a Firefox, on loopback: the browser's side over a WebSocket (hello, register,
 * notification, ack; subprotocol push-notification), the application server's side by RFC 8030 at the endpoints that it gives
 * out. It carries what it cannot read.
 */
export const startPushServer = async (): Promise<PushServer> => {
  const carried: PushedMessage[] = [];
  const acks: Ack[] = [];
  const said: string[] = [];
  const subscriptions = new Map<string, string | null>();
  let browser: WebSocket | null = null;
  let origin = '';

  const server = createServer(async (request, response) => {
    const answer = acceptPush(await seenOf(request), {
      origin,
      nowSeconds: Date.now() / 1_000,
      subscriptionOf: (channel) =>
        subscriptions.has(channel) ? { boundTo: subscriptions.get(channel) ?? null } : undefined,
      deliver: (message) => {
        carried.push(message);
        browser?.send(
          JSON.stringify({
            messageType: 'notification',
            channelID: message.channel,
            version: `v${carried.length}`,
            data: message.body.toString('base64url'),
            headers: message.headers,
          }),
        );
      },
    });
    response.writeHead(answer.status, answer.headers).end(String(answer.body ?? ''));
  });
  const sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false });
  sockets.on('connection', (socket) => {
    browser = socket;
    socket.on('message', (data) => {
      const text = String(data);
      said.push(text);
      const reply = answerTo(JSON.parse(text), { subscriptions, acks, origin });
      if (reply) socket.send(JSON.stringify(reply));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  origin = `http://127.0.0.1:${port}`;
  return {
    socketUrl: `ws://127.0.0.1:${port}/`,
    origin,
    carried,
    acks,
    subscriptions,
    said,
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** The service's side of the protocol (https://mozilla-push-service.readthedocs.io/en/latest/design/). */
const answerTo = (
  message: { messageType?: string; uaid?: string; channelID?: string; key?: string; updates?: Ack[] },
  kept: { subscriptions: Map<string, string | null>; acks: Ack[]; origin: string },
): object | null => {
  switch (message.messageType) {
    case 'hello':
      return {
        messageType: 'hello',
        status: 200,
        use_webpush: true,
        uaid: message.uaid || randomBytes(16).toString('hex'),
        broadcasts: {},
      };
    case 'register': {
      const channel = message.channelID!;
      // Firefox pads the key; the header of RFC 8292 has none.
      kept.subscriptions.set(channel, message.key?.replace(/=+$/, '') ?? null);
      const pushEndpoint = `${kept.origin}/push/${channel}`;
      return { messageType: 'register', channelID: channel, status: 200, pushEndpoint };
    }
    case 'unregister':
      kept.subscriptions.delete(message.channelID!);
      return { messageType: 'unregister', channelID: message.channelID, status: 200 };
    case 'ack':
      kept.acks.push(...(message.updates ?? []));
      return null;
    case undefined:
    case 'ping':
      return {};
    default:
      return null;
  }
};

const seenOf = async (request: IncomingMessage): Promise<Seen> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    method: request.method!,
    path: request.url!,
    headers: request.headers,
    body,
    json: () => JSON.parse(body.toString('utf8')),
    form: () => new URLSearchParams(body.toString('utf8')),
  };
};
