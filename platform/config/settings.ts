import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const days = z.coerce.number().int().min(1).max(3_650);
const flag = z.union([z.boolean(), z.stringbool()]);
const list = z.union([
  z.array(z.string()),
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  ),
]);

/**
 * Every setting: its type, its default and one sentence for `leadline config` and `--help`.
 * The same name in three spellings: `otlpHttpPort` in leadline.yaml, `LEADLINE_OTLP_HTTP_PORT`, `--otlp-http-port`.
 */
export const settingsSchema = z.object({
  data: z.string().min(1).describe('Folder of the embedded engines, the write-ahead log and the secret key'),
  host: z.string().min(1).default('127.0.0.1').describe('Address of the screens and the API'),
  port: port.default(7070).describe('Port of the screens and the API; 0 takes a free one'),
  otlpHost: z.string().min(1).default('127.0.0.1').describe('Address that OTLP is received on'),
  otlpHttpPort: port.default(4318).describe('Port of OTLP over HTTP; 0 takes a free one'),
  otlpGrpcPort: port.default(4317).describe('Port of OTLP over gRPC; 0 takes a free one'),
  publicUrl: z.url().optional().describe('Address that people use, where a proxy stands before'),
  trustedProxies: list.default([]).describe('Addresses or networks whose X-Forwarded-* headers are believed'),
  tlsCert: z.string().optional().describe('File with the certificate chain (PEM)'),
  tlsKey: z.string().optional().describe('File with the private key (PEM)'),
  databaseUrl: z.string().optional().describe('A PostgreSQL of your own (15 or newer) instead of the embedded one'),
  clickhouseUrl: z.string().optional().describe('A ClickHouse of your own instead of the embedded one'),
  clickhouseCluster: z.string().optional().describe('Name of the cluster: tables become Replicated and Distributed'),
  secretKey: z
    .string()
    .min(16)
    .optional()
    .describe('Key that encrypts secrets at rest; default: a file made in the data folder'),
  run: list
    .default(['web', 'ingest', 'worker', 'auditor'])
    .describe('Which parts run here: web, ingest, worker, auditor (the last in a process of its own)'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severity that is logged'),
  otlpLoopbackWithoutToken: flag.default(true).describe('Accept OTLP from this machine without a token'),
  allowInternalIssuers: flag.default(false).describe('Let OIDC issuers stand on loopback or private addresses'),
  allowInternalSources: flag
    .default(true)
    .describe('Let data sources of objectives stand on loopback or private addresses; link-local ones never'),
  allowInternalReceivers: flag
    .default(true)
    .describe('Let webhooks and other receivers stand on loopback or private addresses; link-local ones never'),
  smtpUrl: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('Mail server that e-mail leaves by: smtp://user:password@host:587 (STARTTLS) or smtps://…:465'),
  smtpFrom: z.string().min(3).max(320).optional().describe('Sender of e-mail: Leadline <leadline@example.org>'),
  mailReplyAddress: z
    .email()
    .optional()
    .describe('Address whose mail reaches Leadline: replies come back to leadline+TOKEN@… of it'),
  mailReplyPort: port
    .optional()
    .describe('Port on which replies by e-mail are received (SMTP), for mailReplyAddress; none where absent'),
  mailReplyHost: z.string().min(1).default('127.0.0.1').describe('Address that replies by e-mail are received on'),
  auditHeartbeatUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address that the on-call auditor calls every 15 seconds while all is well: its silence is an alarm'),
  spansDays: days.default(8).describe('Days that spans are kept'),
  logsDays: days.default(14).describe('Days that logs are kept'),
  metricsDays: days.default(35).describe('Days that metric samples are kept'),
  rollupsDays: days.default(400).describe('Days that hour counts are kept; counts by minute at most 62'),
  messagesDays: days.default(400).describe('Days that messages to people and systems, with their attempts, are kept'),
  diskReserveMb: z.coerce
    .number()
    .int()
    .min(16)
    .default(512)
    .describe('Free disk below which telemetry is refused so that the state stays writable'),
  handChanges: z
    .enum(['refuse', 'override'])
    .default('refuse')
    .describe('What becomes of a change by hand to what a file made: refused, or kept as a visible override'),
  correctionApproval: flag
    .default(false)
    .describe('A correction of budgets comes into force only when another person approves it'),
  fallbackTeam: z
    .string()
    .max(63)
    .optional()
    .describe('Team that is paged for what nobody owns; default: the first team of an administrator'),
  attributeRedaction: flag.default(false).describe('Remove attribute values whose names look like secrets'),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Where a value came from, in falling precedence. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

export interface Configuration {
  readonly values: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
}
