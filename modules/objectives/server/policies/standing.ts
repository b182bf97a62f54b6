import type { Ground } from '../../../../platform/module/ground.ts';
import type { PolicyStanding } from '../../contract/policies.ts';
import { budgetOf } from '../../domain/budget.ts';
import { million } from '../../domain/objective.ts';
import {
  judgePolicy,
  standingOfRules,
  workbookPolicy,
  type BudgetPolicy,
  type PolicyFacts,
} from '../../domain/policy.ts';
import { reachOf } from '../corrections/excluded.ts';
import { exclusionsNow } from '../corrections/in-force.ts';
import { conditionOfTier } from '../evaluate/judge.ts';
import {
  askedBudget,
  askedBurn,
  budgetWindow,
  prepare,
  readsOf,
  tallyOf,
  type AskedWindow,
  type Prepared,
  type Tally,
} from '../evaluate/prepared.ts';
import { readAll } from '../evaluate/readings.ts';
import type { ReadOptions } from '../evaluate/signals.ts';
import { readConditions, type Condition, type Conditions } from '../evaluate/store.ts';
import { allObjectives } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { wholeIn } from '../views/chart.ts';
import { definedAt, type DefinedAt } from '../views/definitions.ts';
import { momentOf, type Moment } from '../views/report.ts';
import { readSeries } from '../views/series.ts';
import { incidentsIn, type Incident } from './episodes.ts';
import { keptPolicies, markedIncidents, objectivesOfService, type MarkedIncident } from './store.ts';
import type { PoliciesTables } from './tables.ts';

export type StandingGround = Pick<Ground, 'postgres' | 'clickhouse' | 'clock' | 'ledger'>;

const incidentsMax = 5_000;

/** Which objectives are judged, and how closely. */
export interface Asked {
  readonly of: 'all' | { readonly name: string } | { readonly service: string };
  /** Incidents are looked at also where not even all bad events together reach a rule's share: for who looks at one. */
  readonly closely: boolean;
  readonly read: ReadOptions;
}

export interface FoundStanding {
  readonly id: string;
  readonly standing: PolicyStanding;
}

/** What follows from the policies of some objectives now, with the numbers. Counts of all are read at once. */
export const standingsOf = async (ground: StandingGround, asked: Asked): Promise<FoundStanding[]> => {
  const moment = momentOf(ground, undefined);
  const [defined, policies, exclusions] = await Promise.all([
    definitionsOf(ground, asked.of, moment),
    policiesNow(ground),
    exclusionsNow(ground.postgres),
  ]);
  const conditions = await conditionsOf(ground, asked.of, defined);
  const prepared = defined.map(({ kept, find }) => {
    const over = policies.of(kept.definition.budgetPolicy).policy.overMinutes ?? 0;
    const reach = reachOf(kept.definition, { from: moment.to - over * 60, to: moment.to });
    return prepare(kept, find, exclusions.of(kept.definition, reach, find));
  });
  const judged = prepared.map((each) => ({ prepared: each, ...policies.of(each.definition.budgetPolicy) }));
  const windows = new Map(judged.map((each) => [each.prepared.id, windowOf(each.policy, each.prepared, moment.to)]));
  const reads = judged.flatMap((each) => readsOf(each.prepared, windows.get(each.prepared.id)!));
  const readings = await readAll(ground.clickhouse, reads, moment, asked.read);
  const rows = judged.map((each) => {
    const window = windows.get(each.prepared.id)!;
    return { ...each, window, tally: tallyOf(each.prepared, readings, window) };
  });
  const near = rows.filter((row) => asked.closely || mayHoldIncident(row));
  const marks = await markedIncidents(ground.postgres.tables<PoliciesTables>(), {
    objectives: near.map((row) => row.prepared.id),
    from: Math.min(moment.to, ...near.map(({ window }) => window.from)),
    to: moment.to,
    limit: incidentsMax,
  });
  const byObjective = Map.groupBy(marks, ({ objective }) => objective);
  const looked = new Map<string, readonly CountedIncident[]>();
  for (const row of near)
    looked.set(
      row.prepared.id,
      await countIncidents(ground, row, { moment, marks: byObjective.get(row.prepared.id) ?? [], read: asked.read }),
    );
  return rows.map((row) => ({
    id: row.prepared.id,
    standing: standingOf(row, {
      moment,
      incidents: looked.get(row.prepared.id) ?? [],
      conditions: conditions.get(row.prepared.id) ?? new Map(),
    }),
  }));
};

/** One objective is not looked for among ten thousand. */
const definitionsOf = async (
  { postgres }: StandingGround,
  of: Asked['of'],
  { at }: Moment,
): Promise<readonly DefinedAt[]> => {
  const db = postgres.tables<ObjectivesTables>();
  if (of === 'all') {
    const all = await allObjectives(db);
    const byName = new Map(all.map((each) => [each.name, each.definition]));
    return all.map((kept) => ({ kept, find: (name) => byName.get(name) }));
  }
  const names = 'name' in of ? [of.name] : await objectivesOfService(postgres.tables<PoliciesTables>(), of.service);
  const found = await Promise.all(names.map((name) => definedAt(db, name, at)));
  return found.filter((each) => each !== null);
};

const conditionsOf = async (
  { postgres }: StandingGround,
  of: Asked['of'],
  defined: readonly DefinedAt[],
): Promise<Conditions> => {
  const db = postgres.tables<ObjectivesTables>();
  if (of === 'all') return readConditions(db);
  const each = await Promise.all(defined.map(({ kept }) => readConditions(db, kept.id)));
  return new Map(each.flatMap((own) => [...own]));
};

interface Row {
  readonly prepared: Prepared;
  readonly policy: BudgetPolicy;
  readonly missing: string | null;
  readonly window: AskedWindow;
  readonly tally: Tally;
}

interface CountedIncident extends Incident {
  /** In parts of the window's tally. */
  readonly bad: number;
}

/** Policies by name; one that is not there gives way to the default, and says so. */
export const policiesNow = async ({
  postgres,
}: Pick<Ground, 'postgres'>): Promise<{ of(name: string): { policy: BudgetPolicy; missing: string | null } }> => {
  const kept = new Map(
    (await keptPolicies(postgres.tables<PoliciesTables>())).map(({ policy }) => [policy.name, policy]),
  );
  const fallback = kept.get(workbookPolicy.name) ?? workbookPolicy;
  return {
    of: (name) => {
      const policy = kept.get(name) ?? (name === workbookPolicy.name ? fallback : undefined);
      return policy ? { policy, missing: null } : { policy: fallback, missing: name };
    },
  };
};

const windowOf = ({ overMinutes }: BudgetPolicy, { definition }: Prepared, to: number): AskedWindow =>
  overMinutes === null ? askedBudget(definition, budgetWindow(definition, to)) : askedBurn(overMinutes, to);

/** No incident spends more than all bad events together. */
const mayHoldIncident = ({ policy, prepared, tally }: Row): boolean =>
  policy.rules.some(
    ({ when }) =>
      when.kind === 'single-incident' &&
      BigInt(tally.bad) * BigInt(million) ** 2n >
        BigInt(when.sharePpm) * BigInt(million - prepared.definition.targetPpm) * BigInt(tally.good + tally.bad),
  );

const countIncidents = async (
  ground: StandingGround,
  { prepared, window, tally }: Row,
  of: { readonly moment: Moment; readonly marks: readonly MarkedIncident[]; readonly read: ReadOptions },
): Promise<CountedIncident[]> => {
  const within = { from: window.from, to: of.moment.to };
  const touching = of.marks.filter(({ from, to }) => from < within.to && to > within.from);
  const incidents = await incidentsIn(ground.ledger, prepared.definition, within, touching);
  if (incidents.length === 0) return [];
  // What left the window with its beginning no longer spends the budget.
  const stretches = incidents.map(({ from, to }) => ({
    from: Math.max(from, within.from),
    to: Math.min(to, within.to),
    rolling: false,
  }));
  const series = await readSeries(ground.clickhouse, prepared.sources, stretches, of.moment.sources, of.read);
  return incidents.map((incident, index) => {
    const { counts, eventParts } = wholeIn(prepared, series, stretches[index]!);
    return { ...incident, bad: Math.round((counts.bad * tally.eventParts) / eventParts) };
  });
};

const standingOf = (
  { prepared, policy, missing, window, tally }: Row,
  of: {
    readonly moment: Moment;
    readonly incidents: readonly CountedIncident[];
    readonly conditions: ReadonlyMap<string, Condition>;
  },
): PolicyStanding => {
  const { definition } = prepared;
  const firing = definition.alerts.tiers
    .filter(({ name }) => of.conditions.get(conditionOfTier(name))?.holds)
    .map(({ name, urgency }) => ({ tier: name, urgency }));
  const facts: PolicyFacts = {
    targetPpm: definition.targetPpm,
    good: tally.good,
    bad: tally.bad,
    eventParts: tally.eventParts,
    firing,
    incidents: of.incidents,
    // Classes of outages come with the module of incidents; until then nobody knows them.
    quarter: null,
  };
  const { allowed } = budgetOf(tally, definition.targetPpm);
  const parts = tally.eventParts;
  return {
    objective: prepared.name,
    service: definition.service,
    policy: { name: policy.name, title: policy.title, missing },
    from: iso(window.from),
    to: iso(of.moment.to),
    facts: {
      good: tally.good / parts,
      bad: tally.bad / parts,
      total: (tally.good + tally.bad) / parts,
      allowed: allowed / parts,
      spentRatio: allowed === 0 ? null : tally.bad / allowed,
      firing,
      incidents: of.incidents.map(({ name, from, to, marked, bad }) => ({
        name,
        from: iso(from),
        to: iso(to),
        marked,
        bad: bad / parts,
        shareOfBudget: allowed === 0 ? null : bad / allowed,
      })),
    },
    rules: standingOfRules(policy, facts),
    findings: judgePolicy(policy, facts).map(({ rule, consequence, cause, reason }) => ({
      rule,
      consequence:
        consequence.kind === 'freeze-changes' ? { ...consequence, except: [...consequence.except] } : consequence,
      cause,
      reason,
    })),
  };
};

const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
