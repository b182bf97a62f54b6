import type { Log } from '../../../../platform/log/log.ts';
import type { Secrets } from '../../../identity/server/public.ts';
import type { ChannelName, RateLimit } from '../../contract.ts';
import type { Channel, ChannelProvider } from '../channels/channel.ts';
import { secretsPlace, type StoredProvider } from '../store/providers.ts';

/** A provider that messages leave by, ready to be called. */
export interface ActiveProvider {
  readonly name: string;
  readonly builtIn: boolean;
  readonly channel: Channel;
  readonly provider: ChannelProvider;
  readonly priority: number;
  readonly rateLimit: RateLimit;
  readonly receiptWithinSeconds: number | null;
}

export interface ActiveProviders {
  /** Providers of a channel in the order in which they are asked. */
  of(channel: ChannelName): readonly ActiveProvider[];
  byName(name: string): ActiveProvider | null;
  all(): readonly ActiveProvider[];
}

/** Built-in providers are asked after every configured one. */
export const builtInPriority = 1_000;

export const builtInName = (channel: Channel): string => `built-in-${channel.kind}`;

/**
 * The providers in force. One whose kind is unknown or whose secrets cannot be read is left out, with a word in the log:
 * the others go on. A built-in one that would only call the same address again stands back where one of its kind is
 * configured; that of e-mail stays as the last resort.
 */
export const activeProviders = (
  rows: readonly StoredProvider[],
  channels: readonly Channel[],
  secrets: Secrets,
  log: Log,
): ActiveProviders => {
  const configured = rows.filter(({ enabled }) => enabled).flatMap((row) => fromRow(row, channels, secrets, log) ?? []);
  const builtIn = channels.flatMap((channel) => fromChannel(channel, configured));
  const everyone = [...configured, ...builtIn].toSorted(
    (one, other) => one.priority - other.priority || (one.name < other.name ? -1 : 1),
  );
  const lists = new Map<ChannelName, ActiveProvider[]>();
  for (const each of everyone) lists.set(each.provider.channel, [...(lists.get(each.provider.channel) ?? []), each]);
  const names = new Map(everyone.map((each) => [each.name, each]));
  return { of: (channel) => lists.get(channel) ?? [], byName: (name) => names.get(name) ?? null, all: () => everyone };
};

const fromRow = (
  row: StoredProvider,
  channels: readonly Channel[],
  secrets: Secrets,
  log: Log,
): ActiveProvider | null => {
  const channel = channels.find(({ kind }) => kind === row.kind);
  if (!channel) return null;
  try {
    return {
      name: row.name,
      builtIn: false,
      channel,
      provider: { name: row.name, channel: row.channel, settings: row.settings, secrets: openSecrets(row, secrets) },
      priority: row.priority,
      rateLimit: row.rateLimit,
      receiptWithinSeconds: row.receiptWithinSeconds ?? channel.receiptWithinSeconds,
    };
  } catch (error) {
    log.error({ provider: row.name, err: error }, 'a provider is left out: its secrets cannot be read');
    return null;
  }
};

export const openSecrets = (row: Pick<StoredProvider, 'name' | 'secrets'>, secrets: Secrets): Record<string, string> =>
  row.secrets === null
    ? {}
    : (JSON.parse(secrets.decrypt(row.secrets, secretsPlace(row.name))) as Record<string, string>);

const fromChannel = (channel: Channel, configured: readonly ActiveProvider[]): ActiveProvider[] => {
  const own = channel.builtIn?.() ?? null;
  if (own === null) return [];
  return channel.channels
    .filter(
      (name) =>
        channel.hostOf === undefined ||
        !configured.some((each) => each.channel === channel && each.provider.channel === name),
    )
    .map((name) => ({
      name: builtInName(channel),
      builtIn: true,
      channel,
      provider: { name: builtInName(channel), channel: name, ...own },
      priority: builtInPriority,
      rateLimit: {},
      receiptWithinSeconds: channel.receiptWithinSeconds,
    }));
};
