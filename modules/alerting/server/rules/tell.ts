import type { IncomingAlert } from '../../domain/alert.ts';
import { unknownKey } from './cycle.ts';
import { dedupKeyOf } from './dedup-key.ts';
import { engineAwayWords } from './read-rules.ts';
import type { RulesGround } from './rules-ground.ts';
import { keepTold, lockWanted } from './store.ts';
import type { KeptAlert, RuleGroupRow, RuleTables, RuleTx } from './tables.ts';
import { firingOfKey, lockUnknown, unknownFor, wantTold, type UnknownRule } from './unknown-store.ts';

/** Alerts told in one go. */
const tellMax = 500;
/** When something cannot be judged for so long, somebody is told. */
export const unknownSeconds = 300;
/** Key of what cannot be judged because of Leadline itself, not of one rule. */
const engineRule = '';

/**
 * Tells the intake what began or ceased to fire; gives back how many. It is kept until the intake has it, and told again after a
 * crash between the two, which changes nothing there.
 */
export const tellWanted = (ground: RulesGround): Promise<number> =>
  ground.postgres.transaction<RuleTables, number>(async (tx) => {
    const wanted = await lockWanted(tx, tellMax);
    if (wanted.length === 0) return 0;
    await ground.tell(wanted.map(incoming));
    await keepTold(tx, wanted);
    return wanted.length;
  });

const incoming = ({ wanted, alert }: RuleGroupRow): IncomingAlert => {
  const { startsAt, endsAt, ...said } = alert!;
  return {
    ...said,
    action: wanted!,
    startsAt: startsAt === null ? null : Temporal.Instant.from(startsAt),
    endsAt: endsAt === null ? null : Temporal.Instant.from(endsAt),
  };
};

/**
 * Nobody takes silence for health: what could not be judged for five minutes is an alert of its own, one for all rules where the
 * engine is away and one a rule else, and it is over when it is judged again.
 */
export const tellUnknown = (ground: RulesGround): Promise<void> =>
  ground.postgres.transaction<RuleTables, void>(async (tx) => {
    if (!(await lockUnknown(tx))) return;
    const unknown = await unknownFor(tx, unknownSeconds);
    const told = new Set(await firingOfKey(tx, unknownKey));
    const away = unknown.filter(({ reason }) => reason === engineAwayWords);
    const alone = new Map(unknown.filter(({ reason }) => reason !== engineAwayWords).map((each) => [each.name, each]));
    if (away.length > 0 && !told.has(engineRule)) await want(tx, engineRule, 'trigger', awayAlert(away));
    if (away.length === 0 && told.has(engineRule)) await want(tx, engineRule, 'resolve', awayAlert([]));
    for (const [name, each] of alone) if (!told.has(name)) await want(tx, name, 'trigger', ruleAlert(name, each));
    for (const name of told)
      if (name !== engineRule && !alone.has(name)) await want(tx, name, 'resolve', ruleAlert(name, null));
  });

const want = (tx: RuleTx, rule: string, wanted: 'trigger' | 'resolve', alert: KeptAlert): Promise<void> =>
  wantTold(tx, { rule, key: unknownKey, wanted, alert });

const base = { severity: 'critical', service: null, team: null, endsAt: null, links: [] } as const;

const awayAlert = (away: readonly UnknownRule[]): KeptAlert => {
  const [first] = away;
  const summary = `Alert rules cannot be judged: ${engineAwayWords}`;
  return {
    ...base,
    dedupKey: dedupKeyOf(engineRule, unknownKey),
    labels: { alertname: 'alert-rules-unknown', severity: base.severity },
    annotations: {
      description: `${away.length === 1 ? 'One rule waits' : `${away.length} rules wait`}. What they would have decided is caught up with when it is back.`,
    },
    summary,
    startsAt: first?.since.toISOString() ?? null,
  };
};

const ruleAlert = (name: string, unknown: UnknownRule | null): KeptAlert => ({
  ...base,
  severity: 'error',
  dedupKey: dedupKeyOf(name, unknownKey),
  labels: { alertname: 'alert-rule-unknown', rule: name, severity: 'error' },
  annotations: { description: unknown?.reason ?? 'It is judged again.' },
  summary: `The alert rule ${name} cannot be judged`,
  startsAt: unknown?.since.toISOString() ?? null,
  team: unknown?.team ?? null,
});
