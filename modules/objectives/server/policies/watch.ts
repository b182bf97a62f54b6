import { Refusal } from '../../../../kernel/problem.ts';
import type { PolicyStanding } from '../../contract/policies.ts';
import { standingsOf, type StandingGround } from './standing.ts';
import { beginConsequence, consequencesNow, endConsequence, keyOf, type Consequence } from './store.ts';
import type { PoliciesTables } from './tables.ts';

/** Policies look back over weeks: a minute sooner or later does not matter. */
export const watchEverySeconds = 60;

const actor = { kind: 'system', id: 'objectives', name: 'Objectives' } as const;
const read = { lane: 'background', timeoutMs: 30_000, memoryBytesMax: 1024 * 1024 * 1024 } as const;

/**
 * Tells once when something begins to follow from a policy, and once when it no longer does, over restarts and processes: a row
 * and its event are one transaction. While counts cannot be read nothing is claimed.
 */
export const watchPolicies = async (ground: StandingGround): Promise<void> => {
  const standings = await standingsOf(ground, { of: 'all', closely: false, read }).catch((error: unknown) => {
    if (error instanceof Refusal && error.problem.code.startsWith('clickhouse.')) return null;
    throw error;
  });
  if (standings === null) return;
  const since = new Date(ground.clock.now().epochMilliseconds);
  const byId = new Map(standings.map(({ id, standing }) => [id, standing]));
  const found = new Map<string, Consequence>();
  for (const { id, standing } of standings)
    for (const finding of standing.findings) {
      const consequence = { objective: id, finding: { ...finding, policy: standing.policy.name }, since };
      found.set(keyOf(consequence), consequence);
    }
  const before = new Map(
    (await consequencesNow(ground.postgres.tables<PoliciesTables>())).map((each) => [keyOf(each), each]),
  );
  for (const [key, each] of found) if (!before.has(key)) await tell(ground, each, byId.get(each.objective)!, true);
  for (const [key, each] of before) {
    const standing = byId.get(each.objective);
    if (standing && !found.has(key)) await tell(ground, each, standing, false);
  }
};

const tell = (
  { postgres, ledger }: StandingGround,
  consequence: Consequence,
  { objective, service }: PolicyStanding,
  begins: boolean,
): Promise<void> =>
  postgres.transaction<PoliciesTables, void>(async (tx) => {
    const first = begins ? await beginConsequence(tx, consequence) : await endConsequence(tx, consequence);
    if (!first) return;
    await ledger.append(tx, {
      kind: begins ? 'policy.consequence-began' : 'policy.consequence-ended',
      subject: `objective:${objective}`,
      service,
      actor,
      data: { ...consequence.finding, ...(begins ? {} : { since: consequence.since.toISOString() }) },
    });
  });
