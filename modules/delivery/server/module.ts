import type { ServerModule } from '../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { createChannels } from './channels/registry.ts';
import { createGuardedFetch } from './channels/guarded-fetch.ts';
import type { DeliveryDoor } from './public.ts';
import { cancelMessages, insertMessages } from './store/enqueue.ts';

/** Doors of the floors below that delivery stands on. */
interface DeliveryDoors {
  readonly identity: Pick<IdentityDoor, 'secrets'>;
}

/** How anything leaves for a person or a system. */
export const deliveryModule: ServerModule<DeliveryDoors, DeliveryDoor> = {
  name: 'delivery',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { identity }) => {
    const { config, log, clock, postgres } = ground;
    const fetch = createGuardedFetch({ allowInternal: config.values.allowInternalReceivers });
    const channels = createChannels({ config, log, clock, postgres, secrets: identity.secrets, fetch });
    return {
      door: {
        enqueue: (tx, messages) =>
          insertMessages(
            tx,
            messages.map((message) => ({ message, lane: message.channel })),
          ),
        cancel: (tx, which) => cancelMessages(tx, which),
        attemptsOf: async () => new Map(),
        check: async (channel, address) => {
          const said = channels.find((each) => each.channels.includes(channel))?.check(address, null) ?? null;
          return { ok: said === null, reason: said ?? '' };
        },
        onReply: () => undefined,
        sendNow: async () => {
          throw new Error('not yet');
        },
      },
      stop: async () => {
        for (const channel of channels) await channel.stop?.();
      },
    };
  },
};
