import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call as it came. */
export interface Arrival {
  readonly at: number;
  readonly path: string;
  readonly key: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server that keeps what it gets and answers as it is told: 200 unless said otherwise. */
export interface Receiver {
  readonly url: string;
  readonly arrivals: Arrival[];
  /** How the next calls are answered; the arrival is kept before. */
  answer(how: (arrival: Arrival, response: ServerResponse) => void): void;
  stop(): Promise<void>;
}

export const startReceiver = async (host = '127.0.0.1'): Promise<Receiver> => {
  const arrivals: Arrival[] = [];
  let how = (_arrival: Arrival, response: ServerResponse): void => void response.writeHead(200).end('{}');
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const arrival: Arrival = {
        at: performance.now(),
        path: request.url ?? '',
        key: request.headers['idempotency-key'] as string | undefined,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      arrivals.push(arrival);
      how(arrival, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    arrivals,
    answer: (next) => {
      how = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
