import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a server of the outside world saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  json(): any;
  form(): URLSearchParams;
}

export interface Said {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | object;
}

export interface Outside {
  readonly url: string;
  /** Requests in the order in which they came. */
  readonly seen: Seen[];
  stop(): Promise<void>;
}

/** A server of the outside world on a port of its own: real HTTP, the protocol is that of `answer`. */
export const startOutside = async (answer: (seen: Seen) => Said | Promise<Said>): Promise<Outside> => {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const one: Seen = {
      method: request.method!,
      path: request.url!,
      headers: request.headers,
      body,
      json: () => JSON.parse(body.toString('utf8')),
      form: () => new URLSearchParams(body.toString('utf8')),
    };
    seen.push(one);
    const said = await answer(one);
    const text = said.body === undefined ? '' : typeof said.body === 'string' ? said.body : JSON.stringify(said.body);
    response.writeHead(said.status, {
      ...(typeof said.body === 'object' ? { 'content-type': 'application/json' } : {}),
      ...said.headers,
    });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
