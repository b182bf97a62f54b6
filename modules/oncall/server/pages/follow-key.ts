import { addNote } from './answer.ts';
import { engineActor } from './decide.ts';
import { saveEntries } from './engine-store.ts';
import { hurryStep, lockPage, openByKey } from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import type { PagesTables, Tx } from './tables.ts';

interface Said {
  readonly dedupKey: string;
  readonly source: string;
  readonly by: string;
}

/** Somebody asks for the next step now: of every open page of the key that nobody is on. Gives back those that had one ahead. */
export const escalateKey = (
  ground: PagesGround,
  tx: Tx | null,
  { dedupKey, source, by }: Said,
): Promise<readonly string[]> =>
  within(ground, tx, async (own) => {
    const moved: string[] = [];
    for (const id of await openByKey(own, { dedupKey, source })) {
      const page = await lockPage(own, id);
      if (page?.state !== 'triggered' || !(await hurryStep(own, id))) continue;
      const text = `${by} asks for the next step: it comes at once.`;
      await saveEntries(own, [{ page_id: id, what: 'hurried', text, by, data: { via: source } }]);
      moved.push(id);
    }
    return moved;
  });

/** A note on the timeline of every open page of the key. */
export const noteKey = (
  ground: PagesGround,
  tx: Tx | null,
  { dedupKey, source, by, text }: Said & { readonly text: string },
): Promise<readonly string[]> =>
  within(ground, tx, async (own) => {
    const ids = await openByKey(own, { dedupKey, source });
    const answerer = { actor: { ...engineActor, name: by }, via: source };
    for (const id of ids) await addNote(ground, own, { id, text }, answerer);
    return ids;
  });

const within = <Value>(ground: PagesGround, tx: Tx | null, work: (own: Tx) => Promise<Value>): Promise<Value> =>
  tx === null ? ground.postgres.transaction<PagesTables, Value>(work) : work(tx);
