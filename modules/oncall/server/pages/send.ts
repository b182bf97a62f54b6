import { takeOwed } from './engine-store.ts';
import { messageOf } from './message.ts';
import type { PagesGround } from './pages-ground.ts';
import type { PagesTables } from './tables.ts';

export const handedMax = 200;

/**
 * Hands what is owed and due to delivery, in one transaction with the note that it was: a crash leaves both or neither.
 * Delivery then holds each message by its own lease and calls the provider under the notification's key.
 */
export const send = (ground: PagesGround): Promise<number> =>
  ground.postgres.transaction<PagesTables, number>(async (tx) => {
    const owed = await takeOwed(tx, handedMax);
    if (owed.length === 0) return 0;
    await ground.doors.delivery.enqueue(
      tx,
      owed.map(({ page, now, ...each }) =>
        messageOf({ links: ground.links, baseUrl: ground.baseUrl(), now }, page, each),
      ),
    );
    return owed.length;
  });
