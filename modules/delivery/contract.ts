import { z } from 'zod';
import { atLeast, route } from '../../kernel/route.ts';

/** Bounds of what leaves and of what is said about how. */
export const deliveryLimits = {
  keyLength: 128,
  addressLength: 4_000,
  subjectLength: 500,
  /** Longer texts are cut, with a word about it: a page of 10 MB helps nobody at night. */
  textLength: 20_000,
  /** JSON of a webhook's data; what is longer is left out, with a word about it. */
  dataLength: 100_000,
  lines: 50,
  lineLength: 2_000,
  nameLength: 63,
  settingsBytes: 16_384,
  providers: 100,
  pageSize: 200,
  detailLength: 1_000,
} as const;

export const channelName = z.enum(['email', 'webhook', 'web-push', 'slack', 'teams', 'ntfy', 'sms', 'voice']);
export const providerKind = z.enum(['smtp', 'webhook', 'twilio', 'http-gateway', 'slack', 'teams', 'ntfy', 'web-push']);

/** Name of a provider; those that begin with `built-in` are Leadline's own. */
export const providerName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'small letters, digits and hyphens, at most 63, neither first nor last a hyphen',
  );
const takenByUs = /^built-in(-|$)/;

/** How much a provider takes: what is beyond waits, in all processes together. */
export const rateLimit = z.strictObject({
  /** Calls a second over all processes; for kinds that call an address of the message, a second and receiving host. */
  perSecond: z.number().positive().max(10_000).optional(),
  /** Calls that may leave at once before the rate counts. */
  burst: z.number().int().min(1).max(10_000).optional(),
  /** Calls under way at one time, in each process. */
  concurrency: z.number().int().min(1).max(500).optional(),
});

const bag = z.record(z.string().max(100), z.unknown());
const boundedBag = bag.refine(
  (value) => JSON.stringify(value).length <= deliveryLimits.settingsBytes,
  `at most ${deliveryLimits.settingsBytes} bytes`,
);

/** `spec` of `kind: Provider`. `settings` and `secrets` have the fields of the kind; the server names each wrong one. */
export const providerSpec = z.strictObject({
  channel: channelName,
  kind: providerKind,
  /** Smaller is asked first; providers of one priority by name. */
  priority: z.number().int().min(0).max(1_000).default(100),
  enabled: z.boolean().default(true),
  settings: boundedBag.default({}),
  /** Write-only: kept encrypted, never given back. A name that is left out keeps its value; null removes it. */
  secrets: z.record(z.string().max(100), z.string().max(8_192).nullable()).default({}),
  rateLimit: rateLimit.default({}),
  /** Without a receipt after so many seconds the next provider is asked. Null: the kind's own bound, or none. */
  receiptWithinSeconds: z.number().int().min(5).max(3_600).nullable().default(null),
});

/** `kind: Provider` as `leadline apply` takes it. */
export const providerDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Provider'),
  metadata: z.strictObject({ name: providerName }),
  spec: providerSpec.extend({
    /** Secrets read from environment variables of whoever applies the file, so that the file can be shared. */
    secretsFromEnvironment: z.record(z.string().max(100), z.string().max(255)).optional(),
  }),
});

export const provider = z.object({
  name: z.string(),
  channel: channelName,
  kind: providerKind,
  priority: z.number().int(),
  enabled: z.boolean(),
  /** Leadline's own: of the configuration, or one that needs none. */
  builtIn: z.boolean(),
  settings: bag,
  /** Names of the secrets that are kept; their values are never given back. */
  secretNames: z.array(z.string()),
  rateLimit,
  receiptWithinSeconds: z.number().int().nullable(),
  /** Address that the provider reports receipts and answers to, where Leadline knows its public address. */
  callbackUrl: z.string().nullable(),
  changedAt: z.iso.datetime({ offset: true }).nullable(),
  changedBy: z.string().nullable(),
});

export const attemptResult = z.enum(['accepted', 'delivered', 'failed', 'timeout', 'refused', 'superseded']);

export const attempt = z.object({
  provider: z.string(),
  at: z.iso.datetime({ offset: true }),
  endedAt: z.iso.datetime({ offset: true }).nullable(),
  /** Null while the call is under way. */
  result: attemptResult.nullable(),
  status: z.number().int().nullable(),
  detail: z.string().nullable(),
  receiptAt: z.iso.datetime({ offset: true }).nullable(),
  fence: z.string(),
});

/**
 * `waiting` to be sent or tried again, `unconfirmed` taken by a provider whose receipt is awaited, `accepted` taken for good,
 * `delivered` by receipt, `failed` at all providers, `expired` before it could leave, `cancelled` before it left.
 */
export const messageState = z.enum([
  'waiting',
  'unconfirmed',
  'accepted',
  'delivered',
  'failed',
  'expired',
  'cancelled',
]);

export const messageSummary = z.object({
  key: z.string(),
  channel: channelName,
  address: z.string(),
  urgency: z.enum(['high', 'low']),
  about: z.string(),
  subject: z.string(),
  state: messageState,
  createdAt: z.iso.datetime({ offset: true }),
  expiresAt: z.iso.datetime({ offset: true }).nullable(),
  attempts: z.array(attempt),
});

const byName = z.object({ name: z.string().max(deliveryLimits.nameLength) });

export const listProviders = route({
  method: 'GET',
  path: '/api/v1/delivery/providers',
  summary: 'Providers in the order in which they are asked, the built-in ones last; never their secrets',
  access: atLeast('admin'),
  answer: z.object({ items: z.array(provider) }),
});

export const readProvider = route({
  method: 'GET',
  path: '/api/v1/delivery/providers/:name',
  summary: 'One provider',
  access: atLeast('admin'),
  params: byName,
  answer: provider,
});

export const applyProvider = route({
  method: 'PUT',
  path: '/api/v1/delivery/providers/:name',
  summary: 'Makes or changes a provider; secrets that are left out keep their values',
  access: atLeast('admin'),
  params: z.object({
    name: providerName.refine((name) => !takenByUs.test(name), 'names that begin with built-in are Leadline’s own'),
  }),
  body: providerSpec,
  answer: z.object({ provider, outcome: z.enum(['created', 'changed', 'unchanged']) }),
});

export const removeProvider = route({
  method: 'DELETE',
  path: '/api/v1/delivery/providers/:name',
  summary: 'Removes a provider; what waits for it goes to the next one',
  access: atLeast('admin'),
  params: byName,
});

export const testProvider = route({
  method: 'POST',
  path: '/api/v1/delivery/providers/:name/test',
  summary: 'Sends one message to an address through this provider alone and answers with what it said',
  access: atLeast('admin'),
  params: byName,
  body: z.strictObject({ address: z.string().min(1).max(deliveryLimits.addressLength) }),
  answer: z.object({ attempt }),
});

export const listMessages = route({
  method: 'GET',
  path: '/api/v1/delivery/messages',
  summary: 'Messages, newest first, each with its attempts',
  access: atLeast('admin'),
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(deliveryLimits.pageSize).default(50),
    about: z.string().max(255).optional(),
    channel: channelName.optional(),
    state: messageState.optional(),
    key: z.string().max(deliveryLimits.keyLength).optional(),
  }),
  answer: z.object({ items: z.array(messageSummary), next: z.string().nullable() }),
});

/** `data` of the events that this module puts on the ledger, by kind. Never one a message that left. */
export const deliveryEvents = {
  /** Subject: the message's `about`. No provider took it: whoever sent it must reach its person in another way. */
  'message.failed': z.object({
    key: z.string(),
    channel: channelName,
    state: z.enum(['failed', 'expired']),
    reason: z.string(),
    attempts: z.number().int(),
  }),
  /** Subject: `provider:<name>`. */
  'provider.changed': z.object({
    name: z.string(),
    outcome: z.enum(['created', 'changed', 'removed']),
    channel: channelName,
    kind: providerKind,
  }),
} as const;

export type ChannelName = z.output<typeof channelName>;
export type ProviderKind = z.output<typeof providerKind>;
export type ProviderSpec = z.output<typeof providerSpec>;
export type Provider = z.output<typeof provider>;
export type RateLimit = z.output<typeof rateLimit>;
export type AttemptResult = z.output<typeof attemptResult>;
export type MessageState = z.output<typeof messageState>;
export type MessageSummary = z.output<typeof messageSummary>;
