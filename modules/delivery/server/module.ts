import type { Ground, ServerModule } from '../../../platform/module/ground.ts';
import { startLoop } from '../../../platform/postgres/loop.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { addCallbacks } from './callbacks.ts';
import { createGuardedFetch } from './channels/guarded-fetch.ts';
import type { Channel } from './channels/channel.ts';
import { createChannels } from './channels/registry.ts';
import { createSigningSecrets } from './channels/webhook/signing-key.ts';
import { createDoor } from './door.ts';
import { createMailboxes } from './inbound/mailboxes.ts';
import { startMail } from './inbound/start-mail.ts';
import { activeProviders, type ActiveProviders } from './providers/active.ts';
import type { DeliveryDoor } from './public.ts';
import { createReplies } from './replies.ts';
import { addRoutes } from './routes.ts';
import { createMeasures } from './sender/measures.ts';
import { startSender, type Sender } from './sender/sender.ts';
import { providersChannel, selectProviders } from './store/providers.ts';
import type { DeliveryTables } from './store/tables.ts';
import { forgetMessages } from './store/views.ts';
import { addWebPushRoute } from './web-push-route.ts';

/** Doors of the floors below that delivery stands on. */
interface DeliveryDoors {
  readonly identity: Pick<IdentityDoor, 'secrets'>;
}

/** A change of providers that was not heard of is found by looking. */
const providersBeatMs = 10_000;
const senderConnections = 6;
const forgetting = { everySeconds: 3_600, batch: 5_000, batchesMax: 100 } as const;

/** How anything leaves for a person or a system. */
export const deliveryModule: ServerModule<DeliveryDoors, DeliveryDoor> = {
  name: 'delivery',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { identity }) => {
    const { config, log, clock, postgres, http } = ground;
    const db = postgres.tables<DeliveryTables>();
    const fetch = createGuardedFetch({ allowInternal: config.values.allowInternalReceivers });
    const signingSecretOf = createSigningSecrets(postgres, identity.secrets);
    const parts = { config, log, clock, postgres, secrets: identity.secrets, fetch };
    const channels = createChannels(parts, signingSecretOf);
    const replies = createReplies();
    const mailboxes = createMailboxes();
    let sender: Sender | null = null;
    const following = await followProviders(ground, channels, identity.secrets, () => sender?.providersChanged());
    addRoutes({ ...ground, channels, secrets: identity.secrets, ...following });
    addWebPushRoute(ground, identity.secrets);
    await addCallbacks(http.fastify, {
      config,
      log,
      db,
      providers: following.providers,
      replies,
      wake: () => sender?.wake(),
    });
    const measures = createMeasures(ground.metrics, db);
    if (config.values.run.includes('worker'))
      sender = await startSender({
        ...ground,
        // Requests that pile up on a slow disk never stand before a message that leaves.
        postgres: postgres.reserve(senderConnections),
        providers: following.providers,
        measures,
      });
    ground.jobs.every('delivery.forget', forgetting.everySeconds, async () => {
      for (let batch = 0; batch < forgetting.batchesMax; batch += 1)
        if ((await forgetMessages(db, config.values.messagesDays, forgetting.batch)) < forgetting.batch) return;
    });
    const door = createDoor({ db, providers: following.providers, replies, mailboxes, signingSecretOf });
    const mail = await startMail(ground, { replies, mailboxes, door });
    return {
      door,
      stop: async () => {
        await mail?.stop();
        await sender?.stop();
        await following.stop();
        for (const channel of channels) await channel.stop?.();
        fetch.stop();
      },
    };
  },
};

/** The providers in force, read again whenever one was changed in whatever process. */
const followProviders = async (
  { postgres, log }: Ground,
  channels: readonly Channel[],
  secrets: IdentityDoor['secrets'],
  onChange: () => void,
): Promise<{ providers: () => ActiveProviders; refreshProviders: () => Promise<void>; stop: () => Promise<void> }> => {
  const db = postgres.tables<DeliveryTables>();
  const read = async (): Promise<ActiveProviders> => activeProviders(await selectProviders(db), channels, secrets, log);
  let active = await read();
  const refreshProviders = async (): Promise<void> => {
    active = await read();
    onChange();
  };
  const loop = startLoop({
    everyMs: providersBeatMs,
    round: async () => {
      await refreshProviders();
      return 'rest';
    },
    onError: (error) => log.warn({ error: error.message }, 'the providers could not be read; the known ones stay'),
  });
  const listening = await postgres.listen(providersChannel, () => loop.wake());
  return {
    providers: () => active,
    refreshProviders,
    stop: async () => {
      await listening.stop();
      await loop.stop();
    },
  };
};
