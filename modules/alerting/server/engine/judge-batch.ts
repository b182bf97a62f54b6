import { newId } from '../../../../platform/clock/id.ts';
import type { JudgedAlert } from '../../domain/alert.ts';
import type { AlertTables, AlertTx } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import type { PolicyInForce } from './in-force.ts';
import { groupsOf, heldBack, inhibitorsAmong, inhibitsOthers, type Among, type GroupAsked } from './judge.ts';
import { putUpThose } from './held-by-new-store.ts';
import { mayBeHeldBy } from './held-by-new.ts';
import * as store from './judge-store.ts';
import type { Owners } from './owners.ts';
import { judgesByPolicy } from './policy-lock-store.ts';

/** Alerts judged in one transaction: few enough that nobody waits long for the groups that it holds. */
export const judgeMax = 250;

/**
 * Judges alerts that wait: what holds them back, which groups they belong to, and what follows from those that were answered. All of it
 * is one transaction; gives back how many there were. They are judged by what is in force by then; `known` was it lately.
 */
export const judgeBatch = async (
  ground: Pick<EngineGround, 'postgres'>,
  known: PolicyInForce,
  owners: Owners,
  { limit = judgeMax, lane = 'all' }: { readonly limit?: number; readonly lane?: store.Lane } = {},
): Promise<number> =>
  ground.postgres.transaction<AlertTables, number>(async (tx) => {
    const rows = await store.takePending(tx, limit, lane);
    if (rows.length === 0) return 0;
    const over = rows.filter(({ status }) => status === 'resolved');
    const open = rows.filter(({ status }) => status !== 'resolved');
    // Asked on another connection: not while others wait for what is held from here on.
    const facts = await owners(open.flatMap(({ service }) => (service === null ? [] : [service])));
    await judgesByPolicy(tx);
    const policy = (await known.changed(tx)) ?? known;
    const judged = await judgeOpen(tx, policy, open, facts);
    await store.saveJudged(tx, [...judged.rows, ...over.map(overRow)], judged.members, judged.untold);
    await store.keepDecisions(tx, judged.decisions);
    await store.followAnswered(tx, {
      answered: [...over, ...open.filter(({ status }) => status === 'acknowledged')].map(({ id }) => id),
      over: over.map(({ id }) => id),
      downServices: [...new Set(over.flatMap(({ service }) => (service === null ? [] : [service])))],
    });
    await putUpThose(tx, mayBeHeldBy(policy, judged.sources));
    return rows.length;
  });

const overRow = (row: store.PendingRow): store.JudgedRow => ({
  id: row.id,
  suppressed: null,
  suppressed_until: null,
  held_reason: null,
  inhibits: row.inhibits,
  group_id: null,
});

interface Judged {
  /** Can hold others back, and could not before. */
  readonly sources: JudgedAlert[];
  readonly rows: store.JudgedRow[];
  readonly members: { group_id: string; alert_id: string }[];
  readonly decisions: store.DecisionMadeRow[];
  /** Were in groups before, and nobody was told. */
  readonly untold: string[];
}

const judgeOpen = async (
  tx: AlertTx,
  policy: PolicyInForce,
  open: readonly store.PendingRow[],
  facts: Awaited<ReturnType<Owners>>,
): Promise<Judged> => {
  const found: Judged = { sources: [], rows: [], members: [], decisions: [], untold: [] };
  if (open.length === 0) return found;
  const judgedOf = (row: store.PendingRow): JudgedAlert => {
    const fact = row.service === null ? undefined : facts.get(row.service);
    return store.judgedOf(row, fact?.owner ?? null, fact?.tier ?? null);
  };
  const alerts = open.map((row) => ({ row, alert: judgedOf(row) }));
  const among = await amongOf(tx, policy, alerts, judgedOf);
  const known = open.filter(({ group_id }) => group_id !== null).map(({ id }) => id);
  const told = await store.toldBefore(tx, known);
  found.untold.push(...known.filter((id) => !told.get(id)?.told));
  const wanted = new Map<string, { group: GroupAsked; service: string | null; tells: boolean }>();
  const placed: { alert: string; groups: readonly GroupAsked[]; row: Omit<store.JudgedRow, 'group_id'> }[] = [];
  for (const { row, alert } of alerts) {
    const held = heldBack(policy, alert, among);
    const inhibits = inhibitsOthers(policy, alert);
    if (inhibits && !row.inhibits) found.sources.push(alert);
    const { groups: asked, nobody } = groupsOf(policy, alert, among.at);
    const groups = stillAsked(asked, told.get(row.id));
    for (const group of groups) {
      const same = wanted.get(group.keyHash) ?? { group, service: row.service, tells: false };
      wanted.set(group.keyHash, {
        group,
        service: same.service === row.service ? row.service : null,
        tells: same.tells || (held === null && row.status === 'firing'),
      });
    }
    if (held && held.reason !== row.held_reason)
      found.decisions.push({ alert_id: row.id, decision: held.decision, reason: `${held.reason}.` });
    if (held === null && asked.length === 0)
      found.decisions.push({ alert_id: row.id, decision: 'unrouted', reason: `${nobody.join('; ')}.` });
    placed.push({
      alert: row.id,
      groups,
      row: {
        id: row.id,
        suppressed: held?.suppressed ?? null,
        suppressed_until: held?.until?.toString() ?? null,
        held_reason: held?.reason ?? null,
        inhibits,
      },
    });
  }
  const ids = await store.openGroups(
    tx,
    [...wanted].map(([key_hash, { group, ...rest }]) => ({ id: newId(), key_hash, asked: group, ...rest })),
  );
  for (const { alert, groups, row } of placed) {
    const own = groups.map(({ keyHash }) => ids.get(keyHash)!);
    found.rows.push({ ...row, group_id: own[0] ?? null });
    for (const group_id of own) found.members.push({ group_id, alert_id: alert });
  }
  return found;
};

/**
 * What was told stays with whom it was told to, however routes and labels change: nobody is told the same alert twice. Only what
 * wakes nobody yet and now should is told further.
 */
const stillAsked = (asked: readonly GroupAsked[], before: store.ToldBefore | undefined): readonly GroupAsked[] =>
  before?.told
    ? asked.filter(({ urgency, target }) => urgency === 'high' && !before.high && !('webhook' in target))
    : asked;

const severitiesFrom = { critical: 1, error: 2, warning: 3, info: 4 } as const;
const bySeverity = ['critical', 'error', 'warning', 'info'] as const;

/** What the batch is judged among; what costs a question is only asked where something depends on it. */
const amongOf = async (
  tx: AlertTx,
  policy: PolicyInForce,
  alerts: readonly { readonly row: store.PendingRow; readonly alert: JudgedAlert }[],
  judgedOf: (row: store.PendingRow) => JudgedAlert,
): Promise<Among> => {
  const sources = policy.inhibitions.length === 0 ? [] : (await store.firingSources(tx)).map(judgedOf);
  // What came with this batch holds back others of it as well.
  const own = policy.inhibitions.length === 0 ? [] : alerts.map(({ alert }) => alert);
  const services = [...new Set(alerts.flatMap(({ alert }) => parentsOf(policy, alert.service)))];
  const grave = bySeverity.slice(0, severitiesFrom[policy.parents.downFrom]);
  const down = policy.parents.enabled ? await store.firingOn(tx, services, grave) : [];
  const flaps = policy.flaps.enabled
    ? await store.historyOf(
        tx,
        alerts.map(({ row }) => row.id),
        policy.flaps.withinSeconds + policy.flaps.calmSeconds,
      )
    : new Map();
  return {
    at: store.instantOf(alerts[0]!.row.now),
    inhibitors: inhibitorsAmong(policy, new Map([...sources, ...own].map((each) => [each.id, each])).values()),
    grave: down.map(judgedOf),
    history: flaps,
  };
};

/** Services that this one uses, as far as they are followed. */
const parentsOf = ({ dependencies, parents }: PolicyInForce, service: string | null): readonly string[] => {
  if (service === null || !parents.enabled) return [];
  const found = new Set<string>();
  let edge = [service];
  for (let step = 0; step < parents.stepsMax && edge.length > 0 && found.size < 1_000; step += 1) {
    edge = edge.flatMap((each) => dependencies.get(each) ?? []).filter((each) => !found.has(each));
    for (const each of edge) found.add(each);
  }
  return [...found];
};
