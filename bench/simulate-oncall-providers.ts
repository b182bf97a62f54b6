import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One call of a provider as it came. */
export interface Arrival {
  readonly page: string;
  readonly slot: string;
  readonly key: string;
  /** Of an SMS the gateway that was asked; null for a webhook. */
  readonly gateway: string | null;
}

/** What a gateway said yes to: it owes a receipt. */
export interface TakenByGateway {
  readonly page: string;
  readonly key: string;
  readonly gateway: string;
  readonly reportTo: string;
}

/** How the next calls are answered: taken, put off, failed, or received without an answer. */
export type Answers = 'taken' | '429' | '500' | 'broken';

export interface SimulatedProvider {
  /** Where webhooks go. */
  readonly hooks: string;
  /** Where gateways for SMS are: `<this>/<name of the gateway>`. */
  readonly gateways: string;
  readonly arrivals: Arrival[];
  readonly taken: TakenByGateway[];
  answer(how: Answers): void;
  stop(): Promise<void>;
}

/** Webhooks and SMS gateways on one server that answers as it is told. */
export const startProvider = async (): Promise<SimulatedProvider> => {
  const arrivals: Arrival[] = [];
  const taken: TakenByGateway[] = [];
  let how: Answers = 'taken';
  const came = (url: string, body: any, header: string): void => {
    const gateway = /^\/gateways\/(\w+)/.exec(url)?.[1] ?? null;
    if (gateway === null) {
      const page = body.data?.page?.id;
      if (page)
        arrivals.push({ page, slot: `${body.type}/${body.data.step}/${body.data.round}${url}`, key: header, gateway });
      return;
    }
    const page = /^page:(.+)$/.exec(body.about)?.[1];
    if (page === undefined) return;
    arrivals.push({ page, slot: `sms/${body.key}`, key: body.key, gateway });
    if (how === 'taken') taken.push({ page, key: body.key, gateway, reportTo: body.report });
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8'));
      came(request.url ?? '', body, String(request.headers['idempotency-key']));
      if (how === 'broken') request.socket.destroy();
      else answerAs(how, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    hooks: `${url}/hooks`,
    gateways: `${url}/gateways`,
    arrivals,
    taken,
    answer: (next) => {
      how = next;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const answerAs = (how: Exclude<Answers, 'broken'>, response: ServerResponse): void => {
  if (how === '429') response.writeHead(429, { 'retry-after': '30' }).end();
  else if (how === '500') response.writeHead(500).end();
  else response.writeHead(200, { 'content-type': 'application/json' }).end('{"state":"queued"}');
};
