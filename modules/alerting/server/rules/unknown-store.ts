import { sql } from 'kysely';
import type { KeptAlert, RuleTx } from './tables.ts';

/** Rules that cannot be judged, and whether the engine is why. */
export interface UnknownRule {
  readonly name: string;
  readonly team: string | null;
  readonly reason: string;
  readonly since: Date;
}

/** Everything that could not be judged for longer than `seconds`. */
export const unknownFor = async (tx: RuleTx, seconds: number): Promise<UnknownRule[]> => {
  const { rows } = await sql<UnknownRule>`-- The longest first.
    SELECT name, team, unknown_reason AS reason, unknown_since AS since FROM alerting.rule
    WHERE enabled AND unknown_since <= ground.now() - make_interval(secs => ${seconds}) ORDER BY unknown_since, name`.execute(
    tx,
  );
  return rows;
};

/** Which groups of this key fire: that something cannot be judged was told of them. */
export const firingOfKey = async (tx: RuleTx, key: string): Promise<string[]> => {
  // Few: each is a trouble.
  const rows = await tx
    .selectFrom('alerting.rule_group')
    .select('rule')
    .where('key', '=', key)
    .where('firing', '=', true)
    .execute();
  return rows.map(({ rule }) => rule);
};

/** Says that something cannot be judged, or that it can be again. */
export const wantTold = async (
  tx: RuleTx,
  { rule, key, wanted, alert }: { rule: string; key: string; wanted: 'trigger' | 'resolve'; alert: KeptAlert },
): Promise<void> => {
  const firing = wanted === 'trigger';
  const state = {
    phase: firing ? 'firing' : 'ok',
    since: 0,
    holdsSince: null,
    clearsSince: null,
    missingSince: null,
    cause: null,
  };
  await sql`-- A group of its own beside those of the rule.
    INSERT INTO alerting.rule_group AS g (rule, key, state, firing, wanted, alert, gone)
    VALUES (${rule}, ${key}, ${JSON.stringify(state)}::jsonb, ${firing}, ${wanted}, ${JSON.stringify(alert)}::jsonb, ${!firing})
    ON CONFLICT (rule, key) DO UPDATE SET state = excluded.state, firing = excluded.firing, wanted = excluded.wanted,
      alert = excluded.alert, gone = excluded.gone, version = g.version + 1`.execute(tx);
};

/** One process at a time looks for what cannot be judged. */
export const lockUnknown = async (tx: RuleTx): Promise<boolean> => {
  const { rows } = await sql<{ taken: boolean }>`-- Until the transaction ends.
    SELECT pg_try_advisory_xact_lock(hashtextextended('alerting-rules-unknown', 0)) AS taken`.execute(tx);
  return rows[0]!.taken;
};
