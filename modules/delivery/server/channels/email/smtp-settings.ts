import { z } from 'zod';
import type { Configuration } from '../../../../../platform/config/settings.ts';

const port = z.number().int().min(1).max(65_535);

/** `settings` of a provider of kind smtp. */
export const smtpSettings = z.strictObject({
  host: z.string().min(1).max(255),
  port: port.optional(),
  /** `implicit`: TLS from the first byte (465). `starttls`: refused without TLS. `opportunistic`: TLS where it is offered. `none`: never. */
  tls: z.enum(['implicit', 'starttls', 'opportunistic', 'none']).default('opportunistic'),
  /** Certificates of one's own authority (PEM), for servers inside. */
  ca: z.string().max(16_000).optional(),
  username: z.string().max(255).optional(),
  /** Sender: `Leadline <leadline@example.org>`. */
  from: z.string().min(3).max(320),
  /** Address whose mail reaches Leadline; replies carry the token behind a plus. */
  replyAddress: z.email().optional(),
});

export const smtpSecrets = z.strictObject({ password: z.string().min(1) }).partial() as unknown as z.ZodType<
  Record<string, string>
>;

export type SmtpSettings = z.output<typeof smtpSettings>;

/** The mail server of the configuration (`smtpUrl`) as a provider; null where there is none. */
export const smtpFromConfiguration = ({
  values,
}: Configuration): { settings: SmtpSettings; secrets: Record<string, string> } | null => {
  if (values.smtpUrl === undefined) return null;
  const url = new URL(values.smtpUrl);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    settings: {
      host,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      tls: url.protocol === 'smtps:' ? 'implicit' : 'opportunistic',
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      from: values.smtpFrom ?? `Leadline <leadline@${host}>`,
      ...(values.mailReplyAddress === undefined ? {} : { replyAddress: values.mailReplyAddress }),
    },
    secrets: url.password === '' ? {} : { password: decodeURIComponent(url.password) },
  };
};

export const portOf = ({ port: said, tls }: Pick<SmtpSettings, 'port' | 'tls'>): number =>
  said ?? (tls === 'implicit' ? 465 : 587);
