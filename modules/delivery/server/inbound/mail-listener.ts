import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Configuration } from '../../../../platform/config/settings.ts';
import type { Log } from '../../../../platform/log/log.ts';
import { tokenInAddress } from '../../domain/mail-reply.ts';
import { mailboxLimits, type Mailboxes, type MailboxAddress } from './mailboxes.ts';
import { takeMailReply, type MailGround } from './mail-reply.ts';

/** What a reply never comes near to; beyond it a connection is let go. */
const limits = { bytes: 1024 * 1024, clients: 20, recipients: 10, socketMs: 60_000 } as const;

export interface MailListener {
  readonly port: number;
  stop(): Promise<void>;
}

export interface ListenerGround extends MailGround {
  readonly mailboxes: Mailboxes;
}

/**
 * Receives replies by e-mail: a mail server (or the MX record) delivers what is for `mailReplyAddress` here. Takes mail for
 * that address and for the mailboxes of other modules at its domain, relays nothing, and says 451 where the state cannot be
 * written, so that the sender comes again.
 */
export const startMailListener = async (
  { config, log, ...ground }: ListenerGround & { readonly config: Configuration; readonly log: Log },
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
    size: mailboxLimits.bytes,
    // A sender that knows the limit is refused before it says to whom it writes, and nobody would hear of it.
    hideSize: true,
    maxClients: limits.clients,
    socketTimeout: limits.socketMs,
    logger: false,
    onRcptTo: (address, session, done) => {
      if (session.envelope.rcptTo.length >= limits.recipients) return done(refusal(452, 'Too many recipients'));
      if (tokenInAddress(address.address, ours) !== undefined) return done();
      ground.mailboxes.knows(address.address, ours).then(
        (known) => done(known ? null : refusal(550, 'No such mailbox here')),
        () => done(refusal(451, 'Come again later')),
      );
    },
    onData: (stream, session, done) => {
      receive(ground, stream, session, ours).then(
        (outcome) => {
          log.info({ outcome }, 'a letter came');
          done(null, 'taken');
        },
        (error: unknown) => {
          if (!(error instanceof SmtpRefusal)) log.warn({ err: error }, 'a letter could not be taken');
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
  ground: ListenerGround,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  ours: string,
): Promise<string> => {
  const { mailFrom, rcptTo } = session.envelope;
  const to = rcptTo.map(({ address }) => address);
  const replies = to.filter((address) => tokenInAddress(address, ours) !== undefined);
  const boxes = to.flatMap((address) =>
    replies.includes(address) ? [] : (ground.mailboxes.addressOf(address, ours) ?? []),
  );
  const bytesMax = boxes.length > 0 && replies.length === 0 ? mailboxLimits.bytes : limits.bytes;
  const { raw, bytes } = await bytesOf(stream, bytesMax);
  if (bytes > bytesMax) {
    for (const box of distinctOf(boxes)) await ground.mailboxes.tooLarge(box, { head: raw, bytes, bytesMax });
    throw refusal(552, `A letter here is at most ${bytesMax / 1024 / 1024} MiB`);
  }
  try {
    const outcomes = await takeIn(ground, boxes, raw);
    if (replies.length === 0) return outcomes;
    const from = mailFrom === false ? '' : mailFrom.address;
    const outcome = await takeMailReply(ground, { raw, from, to: replies, ours });
    return outcome.acted ? (outcome.repeat ? 'repeat' : 'acted') : outcome.reason;
  } catch (error) {
    // What a reply is refused with is said in words before; this is "under way" (come again) or a refusal for good.
    if (error instanceof Refusal && error.problem.status < 500 && ![409, 429].includes(error.problem.status))
      throw refusal(550, error.problem.title);
    throw error;
  }
};

/** Each mailbox once, also where a letter names it twice. */
const takeIn = async (ground: ListenerGround, boxes: readonly MailboxAddress[], raw: Buffer): Promise<string> => {
  const distinct = distinctOf(boxes);
  for (const box of distinct) await ground.mailboxes.take(box, raw);
  return distinct.map(({ name }) => name).join(', ');
};

const distinctOf = (boxes: readonly MailboxAddress[]): readonly MailboxAddress[] => [
  ...new Map(boxes.map((box) => [`${box.name}+${box.tag}`, box])).values(),
];

/** The whole mail; of one that is too long the beginning: what is beyond the limit is read and thrown away, as SMTP wants it. */
const bytesOf = async (
  stream: SMTPServerDataStream,
  bytesMax: number,
): Promise<{ readonly raw: Buffer; readonly bytes: number }> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bytesMax) chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  return { raw: bytes > bytesMax ? Buffer.from(raw.subarray(0, mailboxLimits.headBytes)) : raw, bytes };
};
