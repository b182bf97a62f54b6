import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** One send as it came, whatever brought it. */
export interface Came {
  /** Summary of the page: the bench gives each its own. */
  readonly summary: string;
  readonly slot: string;
  /** Idempotency key of a webhook, Message-ID of a letter. */
  readonly key: string;
  /** When its head arrived. */
  readonly atMs: number;
}

/** People's webhooks and mailboxes: slow ones, so that calls are under way when something is killed. */
export interface PagingReceivers {
  readonly hooks: string;
  readonly smtp: string;
  readonly log: readonly Came[];
  /** Links that acknowledge, by summary, from the letters. */
  readonly links: ReadonlyMap<string, string>;
  /** Calls whose answer is not given yet. */
  open(): number;
  /** Milliseconds since an answer was last given. */
  sinceAnswerMs(): number;
  stop(): Promise<void>;
}

const answerMs = { least: 20, most: 500 } as const;

export const startReceivers = async (): Promise<PagingReceivers> => {
  const log: Came[] = [];
  const links = new Map<string, string>();
  let [open, answeredMs] = [0, 0];
  const later = (answer: () => void): void => {
    open += 1;
    setTimeout(
      () => {
        open -= 1;
        answeredMs = performance.now();
        answer();
      },
      answerMs.least + Math.random() * (answerMs.most - answerMs.least),
    );
  };
  const hooks = createServer((request, response) => {
    const atMs = Date.now();
    const parts: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { type, data } = JSON.parse(Buffer.concat(parts).toString('utf8')) as HookBody;
      const place = `${type.split('.').at(-1)!.replace('notified', 'page')}/${data.step}/${data.round}`;
      const key = String(request.headers['idempotency-key']);
      log.push({ summary: data.page.summary, slot: `${place} ${request.url}`, key, atMs });
      later(() => void response.writeHead(204).end());
    });
  });
  const mail = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData: (stream, session, done) => {
      const atMs = Date.now();
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const text = Buffer.concat(parts)
          .toString('utf8')
          .replaceAll(/=\r?\n/g, '')
          .replaceAll('=3D', '=');
        const summary = /Fault page \d+\b/.exec(text)?.[0] ?? '?';
        const key = /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? '?';
        const link = /Acknowledge\S*\s+(https?:\/\/\S+\/page\/[\w.~-]+)/.exec(text)?.[1];
        if (link) links.set(summary, link);
        for (const { address } of session.envelope.rcptTo) log.push({ summary, slot: `mail ${address}`, key, atMs });
        later(() => done(null, 'queued'));
      });
    },
  });
  mail.on('error', () => undefined);
  await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => mail.listen(0, '127.0.0.1', () => resolve()));
  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  return {
    hooks: `http://127.0.0.1:${portOf(hooks)}`,
    smtp: `smtp://127.0.0.1:${portOf(mail.server)}`,
    log,
    links,
    open: () => open,
    sinceAnswerMs: () => performance.now() - answeredMs,
    stop: async () => {
      hooks.closeAllConnections();
      await new Promise((resolve) => hooks.close(resolve));
      await new Promise<void>((resolve) => mail.close(() => resolve()));
    },
  };
};

interface HookBody {
  readonly type: string;
  readonly data: { readonly page: { readonly summary: string }; readonly step: number; readonly round: number };
}
