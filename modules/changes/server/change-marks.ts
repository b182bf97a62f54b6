import type { MarkSource } from '../../objectives/server/public.ts';
import { changes } from './views.ts';

/** Announced changes as marks beside the budgets that burnt: a deploy stands where it began to take effect. */
export const changeMarks =
  (db: Parameters<typeof changes>[0]): MarkSource =>
  async ({ services, from, to, limit }) => {
    const found = await changes(db, { services, environment: null, kind: null, from, to, after: null, limit });
    return found.map(({ startedAt, endedAt, title, by, link, service }) => ({
      at: startedAt,
      until: endedAt,
      kind: 'change',
      title,
      by,
      link,
      service,
    }));
  };
