import type { Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Channel, ChannelGround, ChannelProvider, SendResult } from '../channel.ts';
import { guardedSocket } from '../guarded-fetch.ts';
import { notTaken, quoted, taken } from '../http-answer.ts';
import { compose } from './compose.ts';
import { createLines, type Lines } from './lines.ts';
import { portOf, smtpFromConfiguration, smtpSecrets, smtpSettings, type SmtpSettings } from './smtp-settings.ts';

/** Connections to one mail server. */
const linesMax = 4;
/** One connection, letters on it before it is closed, and nothing sent again behind our back: that is for the sender to decide. */
const pool = { maxConnections: 1, maxMessages: 200, maxRequeues: 0 } as const;
const waits = { connectionTimeout: 8_000, greetingTimeout: 8_000, socketTimeout: 20_000, dnsTimeout: 5_000 } as const;
const callMsMax = 25_000;

const addressForm = z.email().max(320);

type Transport = ReturnType<typeof transportTo>;

/** E-mail by SMTP. A provider of the configuration (`smtpUrl`) is there without any other. */
export const createEmail = (ground: Pick<ChannelGround, 'config'>): Channel => {
  const servers = new Map<string, { readonly made: string; readonly lines: Lines<Transport> }>();
  const linesOf = (provider: ChannelProvider): Lines<Transport> => {
    const made = JSON.stringify([provider.settings, provider.secrets]);
    const known = servers.get(provider.name);
    if (known?.made === made) return known.lines;
    known?.lines.close();
    const settings = smtpSettings.parse(provider.settings);
    const lines = createLines(linesMax, (connected) => transportTo(settings, provider, ground, connected));
    servers.set(provider.name, { made, lines });
    return lines;
  };
  return {
    kind: 'smtp',
    channels: ['email'],
    settings: smtpSettings as unknown as z.ZodType<Record<string, unknown>>,
    secrets: smtpSecrets,
    builtIn: () => smtpFromConfiguration(ground.config),
    receiptWithinSeconds: null,
    callMsMax,
    check: (address) =>
      addressForm.safeParse(address).success ? null : 'Write an e-mail address, such as p1@example.org.',
    send: async ({ message, provider, signal }) => {
      const { from, replyAddress } = smtpSettings.parse(provider.settings);
      const letter = compose(message, { domain: domainOf(from), replyAddress: replyAddress ?? null });
      const { replyTo, headers, ...fields } = letter;
      try {
        const sent = await linesOf(provider).use(signal, (transport) =>
          transport.sendMail({
            from,
            to: { name: '', address: message.address },
            ...fields,
            ...(replyTo === null ? {} : { replyTo }),
            headers: { ...headers },
            disableFileAccess: true,
            disableUrlAccess: true,
          }),
        );
        return taken(statusOf(sent.response) ?? 250, letter.messageId, quoted(sent.response));
      } catch (error) {
        return refusal(error);
      }
    },
    stop: async () => {
      for (const { lines } of servers.values()) lines.close();
      servers.clear();
    },
  };
};

const transportTo = (
  settings: SmtpSettings,
  provider: ChannelProvider,
  ground: Pick<ChannelGround, 'config'>,
  connected: (socket: Socket) => void,
) => {
  const { host, tls, username, ca } = settings;
  const password = provider.secrets['password'];
  const port = portOf(settings);
  return createTransport({
    pool: true,
    ...pool,
    ...waits,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
    // The address is looked at in the connection itself, as for webhooks.
    getSocket: (_options: unknown, answer: (error: Error | null, socket?: { connection: unknown }) => void) => {
      guardedSocket(
        { host, port },
        { allowInternal: ground.config.values.allowInternalReceivers, connectMs: waits.connectionTimeout },
      ).then(
        (connection) => {
          connected(connection);
          answer(null, { connection });
        },
        (error: unknown) => answer(error as Error),
      );
    },
  } as unknown as Parameters<typeof createTransport>[0]);
};

const domainOf = (from: string): string => /@([^\s>@]+)>?\s*$/.exec(from)?.[1] ?? 'leadline.invalid';

const statusOf = (response: string | undefined): number | null => {
  const [code] = /^\d{3}/.exec(response ?? '') ?? [];
  return code === undefined ? null : Number(code);
};

/**
 * What a mail server's no means (RFC 5321 section 4.2.1): 4xx is worth another try, 5xx is not, a broken connection is. A wrong
 * password is no try either: it stays wrong.
 */
const refusal = (error: unknown): SendResult => {
  const { code, responseCode, response, message } = error as {
    code?: string;
    responseCode?: number;
    response?: string;
    message?: string;
  };
  const status = responseCode ?? statusOf(response);
  if (status !== null) {
    const detail = `the mail server answered ${quoted(response ?? String(status))}`;
    // 421 and 45x ask for a later try; too many connections look so, too.
    return notTaken({ temporary: status < 500, status, detail });
  }
  if (code === 'EAUTH' || code === 'EENVELOPE' || code === 'ENOAUTH')
    return notTaken({ temporary: false, status: null, detail: quoted(message ?? code) });
  return notTaken({ temporary: true, status: null, detail: `the mail server cannot be reached: ${code ?? 'unknown'}` });
};
