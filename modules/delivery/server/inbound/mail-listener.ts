import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Configuration } from '../../../../platform/config/settings.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { tokenInAddress } from '../../domain/mail-reply.ts';
import { takeMailReply, type MailGround } from './mail-reply.ts';

/** What a reply never comes near to; beyond it a connection is let go. */
const limits = { bytes: 1024 * 1024, clients: 20, recipients: 10, socketMs: 60_000 } as const;

export interface MailListener {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Receives replies by e-mail: a mail server (or the MX record) delivers what is for `mailReplyAddress` here. Takes mail for
 * that address alone, relays nothing, and says 451 where the state cannot be written, so that the sender comes again.
 */
export const startMailListener = async (
  { config, log, ...ground }: MailGround & { readonly config: Configuration; readonly log: Log },
  options: { readonly host: string; readonly port: number; readonly ours: string },
): Promise<MailListener> => {
  const { ours } = options;
  const { tlsCert, tlsKey } = config.values;
  const tls = tlsCert && tlsKey ? { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) } : null;
  const server = new SMTPServer({
    banner: 'Leadline takes replies',
    disableReverseLookup: true,
    authOptional: true,
    disabledCommands: tls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    ...tls,
    size: limits.bytes,
    maxClients: limits.clients,
    socketTimeout: limits.socketMs,
    logger: false,
    onRcptTo: (address, session, done) => {
      if (tokenInAddress(address.address, ours) === undefined) return done(refusal(550, 'No such mailbox here'));
      if (session.envelope.rcptTo.length >= limits.recipients) return done(refusal(452, 'Too many recipients'));
      return done();
    },
    onData: (stream, session, done) => {
      receive(ground, stream, session, ours).then(
        (outcome) => {
          log.info({ outcome }, 'a reply by e-mail came');
          done(null, 'taken');
        },
        (error: unknown) => {
          if (!(error instanceof SmtpRefusal)) log.warn({ err: error }, 'a reply by e-mail could not be taken');
          done(error instanceof SmtpRefusal ? error : refusal(451, 'Come again later'));
        },
      );
    },
  });
  server.on('error', (error) => log.info({ err: error }, 'a connection to the mail port broke'));
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  log.info({ port, address: ours }, 'replies by e-mail are received');
  return { port, stop: () => new Promise((resolve) => server.close(() => resolve())) };
};

class SmtpRefusal extends Error {
  readonly responseCode: number;
  constructor(code: number, message: string) {
    super(message);
    this.responseCode = code;
  }
}

const refusal = (code: number, message: string): SmtpRefusal => new SmtpRefusal(code, message);

const receive = async (
  ground: MailGround,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  ours: string,
): Promise<string> => {
  const raw = await bytesOf(stream);
  const { mailFrom, rcptTo } = session.envelope;
  try {
    const outcome = await takeMailReply(ground, {
      raw,
      from: mailFrom === false ? '' : mailFrom.address,
      to: rcptTo.map(({ address }) => address),
      ours,
    });
    return outcome.acted ? (outcome.repeat ? 'repeat' : 'acted') : outcome.reason;
  } catch (error) {
    // What a reply is refused with is said in words before; this is "under way" (come again) or a refusal for good.
    if (error instanceof Refusal && error.problem.status < 500 && error.problem.status !== 409)
      throw refusal(550, error.problem.title);
    throw error;
  }
};

/** The whole mail, or 552: what is beyond the limit is read and thrown away, as SMTP wants it. */
const bytesOf = async (stream: SMTPServerDataStream): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limits.bytes) chunks.push(chunk);
  }
  if (stream.sizeExceeded || size > limits.bytes) throw refusal(552, 'A reply is at most 1 MiB');
  return Buffer.concat(chunks);
};
