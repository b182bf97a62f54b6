import { randomBytes } from 'node:crypto';
import { movableClock, type MovableClock } from '../../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration, type Settings } from '../../../../platform/config/settings.ts';
import { createLog } from '../../../../platform/log/log.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { createSecrets } from '../../../identity/server/secrets.ts';
import type { Channel, ChannelGround, ChannelProvider, SendResult } from '../channels/channel.ts';
import { createGuardedFetch } from '../channels/guarded-fetch.ts';
import type { OutgoingMessage } from '../public.ts';

export const testNow = '2026-11-23T03:00:00Z';

/** What channels stand on, with a clock that the test moves and the real way out, loopback allowed. */
export const channelGround = (
  given: { settings?: Partial<Settings>; postgres?: Postgres } = {},
): ChannelGround & { readonly clock: MovableClock; stop(): void } => {
  const fetch = createGuardedFetch({ allowInternal: true });
  return {
    config: {
      values: settingsSchema.parse({ data: '/nowhere', ...given.settings }),
      origins: {},
    } as unknown as Configuration,
    log: createLog('silent'),
    clock: movableClock(testNow),
    postgres: given.postgres ?? noDatabase,
    secrets: createSecrets(randomBytes(32)),
    fetch,
    stop: () => fetch.stop(),
  };
};

/** For channels that keep nothing: any use of it fails the test. */
const noDatabase = new Proxy({} as Postgres, {
  get: (_target, name) => () => {
    throw new Error(`this channel asked for a database (${String(name)})`);
  },
});

/** A provider with its settings and secrets as the channel's own schemas make them. */
export const providerOf = (
  channel: Channel,
  given: Partial<Omit<ChannelProvider, 'settings' | 'secrets'>> & {
    settings?: Record<string, unknown>;
    secrets?: Record<string, string>;
  } = {},
): ChannelProvider => ({
  name: given.name ?? `test-${channel.kind}`,
  channel: given.channel ?? channel.channels[0]!,
  settings: channel.settings.parse(given.settings ?? {}),
  secrets: channel.secrets.parse(given.secrets ?? {}),
});

/** One call, as the sender makes it. */
export const sendBy = (
  channel: Channel,
  provider: ChannelProvider,
  message: OutgoingMessage,
  callbackUrl: string | null = null,
): Promise<SendResult> => channel.send({ provider, message, signal: AbortSignal.timeout(10_000), callbackUrl });
