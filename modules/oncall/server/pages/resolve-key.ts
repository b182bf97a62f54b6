import { acknowledge, resolve, snooze } from './answer.ts';
import { engineActor } from './decide.ts';
import { openByKey } from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import type { PagesTables, Tx } from './tables.ts';

/** Resolves what recovered: every open page of the key that the same source raised. Again changes nothing. */
export const resolveKey = async (
  ground: PagesGround,
  tx: Tx | null,
  { dedupKey, source, note }: { readonly dedupKey: string; readonly source: string; readonly note: string },
): Promise<readonly string[]> => {
  const work = async (own: Tx): Promise<readonly string[]> => {
    const ids = await openByKey(own, { dedupKey, source });
    const by = { actor: { ...engineActor, name: source }, via: 'recovery' };
    for (const id of ids) await resolve(ground, own, { id, text: note }, by);
    return ids;
  };
  return tx === null ? ground.postgres.transaction<PagesTables, readonly string[]>(work) : work(tx);
};

/** Acknowledges what somebody is on: every open page of the key that the same source raised. Again changes nothing. */
export const acknowledgeKey = async (
  ground: PagesGround,
  tx: Tx | null,
  { dedupKey, source, by }: { readonly dedupKey: string; readonly source: string; readonly by: string },
): Promise<readonly string[]> => {
  const work = async (own: Tx): Promise<readonly string[]> => {
    const ids = await openByKey(own, { dedupKey, source });
    for (const id of ids) await acknowledge(ground, own, id, { actor: { ...engineActor, name: by }, via: source });
    return ids;
  };
  return tx === null ? ground.postgres.transaction<PagesTables, readonly string[]>(work) : work(tx);
};

/** Lets what somebody put off be quiet: every open page of the key that the same source raised. */
export const snoozeKey = async (
  ground: PagesGround,
  tx: Tx | null,
  asked: { readonly dedupKey: string; readonly source: string; readonly by: string; readonly until: Temporal.Instant },
): Promise<readonly string[]> => {
  const { dedupKey, source, by } = asked;
  const until = asked.until.toString();
  const work = async (own: Tx): Promise<readonly string[]> => {
    const ids = await openByKey(own, { dedupKey, source });
    const answerer = { actor: { ...engineActor, name: by }, via: source };
    for (const id of ids) await snooze(ground, own, { id, until, minutes: null }, answerer);
    return ids;
  };
  return tx === null ? ground.postgres.transaction<PagesTables, readonly string[]>(work) : work(tx);
};
