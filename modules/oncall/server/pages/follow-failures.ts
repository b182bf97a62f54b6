import { saveEntries } from './engine-store.ts';
import { hurryAfterFailure } from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import type { PagesTables } from './tables.ts';

/**
 * A message that no provider took does not wait for its person's next rule: that comes at once, and where the whole step reached
 * nobody the next step does. Again for the same message changes nothing: what was moved is no longer ahead.
 */
export const followFailures = (ground: PagesGround): void =>
  ground.ledger.react('oncall.message-failed', ['message.failed'], async ({ subject, data }) => {
    const key = data['key'];
    if (!subject.startsWith('page:') || typeof key !== 'string' || !/^[0-9a-f-]{36}$/.test(key)) return;
    await ground.postgres.transaction<PagesTables, void>(async (tx) => {
      const hurried = await hurryAfterFailure(tx, key);
      if (!hurried) return;
      const { page, person, method, moved, stepMoved } = hurried;
      const what =
        moved !== null
          ? `${moved} comes at once`
          : stepMoved
            ? 'nobody of this step was reached: the next comes at once'
            : 'others were told';
      const text = `${person ?? 'The webhook'} was not reached by ${method} (${String(data['reason'] ?? 'failed')}): ${what}.`;
      await saveEntries(tx, [{ page_id: page, what: 'not-reached', text, by: null, data: { key, moved, stepMoved } }]);
    });
  });
