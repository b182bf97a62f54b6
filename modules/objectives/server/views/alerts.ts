import type { SealedEvent } from '../../../../platform/ledger/ledger.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import { conditionOfTier } from '../evaluate/judge.ts';
import type { Prepared } from '../evaluate/prepared.ts';
import { readConditions, type Condition } from '../evaluate/store.ts';
import type { ObjectivesTables } from '../tables.ts';

/** Events of one objective that are looked through for what fired at an instant of the past. */
const eventsMax = 1_000;

/** Which tiers fired at an instant: as it was decided then; for the present as it stands. By condition. */
export const alertsAt = async (
  { postgres, ledger }: Pick<Ground, 'postgres' | 'ledger'>,
  prepared: Pick<Prepared, 'id' | 'name'>,
  moment: { readonly to: number; readonly present: boolean },
): Promise<ReadonlyMap<string, Condition>> => {
  if (moment.present) {
    const db = postgres.tables<ObjectivesTables>();
    return (await readConditions(db, prepared.id)).get(prepared.id) ?? new Map();
  }
  const subject = `objective:${prepared.name}`;
  const [fired, recovered] = await Promise.all(
    ['budget.burning', 'budget.recovered'].map((kind) => ledger.read({ kind, subject, limit: eventsMax })),
  );
  return foldEvents([...fired!, ...recovered!], moment.to);
};

/** The last word on each tier before an instant. */
const foldEvents = (events: readonly SealedEvent[], to: number): Map<string, Condition> => {
  const standing = new Map<string, Condition>();
  for (const { kind, data } of [...events].sort((a, b) => (a.place < b.place ? -1 : 1))) {
    const since = Temporal.Instant.from(String(data['crossedAt']));
    if (since.epochMilliseconds / 1_000 + 10 > to) continue;
    standing.set(conditionOfTier(String(data['tier'])), { holds: kind === 'budget.burning', since, decision: data });
  }
  return standing;
};
