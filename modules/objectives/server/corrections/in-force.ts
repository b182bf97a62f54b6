import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import { exclusionsOf, type Exclusions } from './excluded.ts';
import { correctionsInForce, correctionsMark, remainingTraffic } from './store.ts';
import type { CorrectionsTables } from './tables.ts';

/** What corrections leave out as they stand; `mark` changes whenever they do. */
export interface ExclusionsNow extends Exclusions {
  readonly mark: string;
}

const remembered = new WeakMap<Postgres, ExclusionsNow>();

/** Corrections in force, read and made ready again only when one changed: one small question each time. */
export const exclusionsNow = async (postgres: Postgres): Promise<ExclusionsNow> => {
  const db = postgres.tables<CorrectionsTables>();
  const mark = await correctionsMark(db);
  const known = remembered.get(postgres);
  if (known?.mark === mark) return known;
  const now = { mark, ...exclusionsOf(await correctionsInForce(db), await remainingTraffic(db)) };
  remembered.set(postgres, now);
  return now;
};
