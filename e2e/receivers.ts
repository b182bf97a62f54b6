import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';

/** Where pages arrive: a real mail server and a real web server, each keeping what it got. */
export interface Receivers {
  readonly smtpUrl: string;
  readonly hookUrl: string;
  readonly letters: readonly { readonly to: readonly string[]; readonly letter: Email }[];
  readonly calls: readonly { readonly path: string; readonly idempotencyKey: string; readonly body: any }[];
  stop(): Promise<void>;
}

export const startReceivers = async (): Promise<Receivers> => {
  const letters: { to: string[]; letter: Email }[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then((letter) => {
          letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), letter });
          done(null, 'queued');
        }, done);
      });
    },
  });
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', () => resolve()));
  const calls: { path: string; idempotencyKey: string; body: any }[] = [];
  const hook = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8'));
      calls.push({ path: request.url ?? '', idempotencyKey: String(request.headers['idempotency-key'] ?? ''), body });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  return {
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    hookUrl: `http://127.0.0.1:${(hook.address() as AddressInfo).port}`,
    letters,
    calls,
    stop: async () => {
      await new Promise<void>((resolve) => smtp.close(() => resolve()));
      hook.closeAllConnections();
      await new Promise<void>((resolve) => hook.close(() => resolve()));
    },
  };
};
