import { newId } from '../../../../platform/clock/id.ts';
import type { IncomingAlert, Integration } from '../../domain/alert.ts';
import type { AlertingGround } from '../ground.ts';
import { fingerprint, prepare, type Prepared } from './prepare.ts';
import * as store from './store.ts';
import type { AlertTables, AlertTx } from './tables.ts';

export interface Accepted {
  readonly dedupKey: string;
  /** Null where the alert was dropped: what nobody knows of cannot be acknowledged or resolved. */
  readonly alertId: string | null;
  readonly outcome: 'new' | 'updated' | 'unchanged' | 'acknowledged' | 'resolved' | 'dropped';
  readonly reason?: string;
}

/** What `accept` needs of the ground. */
export type AcceptGround = Pick<AlertingGround, 'postgres'>;

/** Alerts of one statement; a larger batch is committed in pieces, each whole, before the answer. */
const batchMax = 1_000;
const roundsMax = 5;

/**
 * Takes alerts of an integration: committed when it gives back, in the order in which they were given. The same told again costs one
 * small statement a batch. What becomes of them is the engine's matter.
 */
export const accept = async (
  { postgres }: AcceptGround,
  integration: Integration,
  incoming: readonly IncomingAlert[],
  options: { readonly payloadId?: string } = {},
): Promise<readonly Accepted[]> => {
  const results: Accepted[] = Array.from({ length: incoming.length });
  for (const wave of waves(incoming.map(prepare))) {
    const left = await hearRepeats(postgres, integration, wave, results);
    for (let round = 0, open = left; open.length > 0; round += 1) {
      if (round === roundsMax) throw new Error('alerts of the same keys came faster than they could be written');
      const current = open;
      open = await postgres.transaction<AlertTables, readonly Placed[]>((tx) =>
        takeBatch(tx, integration, { placed: current, payloadId: options.payloadId ?? null, results }),
      );
    }
  }
  return results;
};

/**
 * The same within the caller's transaction, committed with what it tells of or not at all: for Leadline's own sources, whose events
 * must become an alert once.
 */
export const acceptWithin = async (
  tx: AlertTx,
  integration: Integration,
  incoming: readonly IncomingAlert[],
): Promise<readonly Accepted[]> => {
  const results: Accepted[] = Array.from({ length: incoming.length });
  for (const wave of waves(incoming.map(prepare)))
    for (let round = 0, open: readonly Placed[] = wave; open.length > 0 && round < roundsMax; round += 1)
      open = await takeBatch(tx, integration, { placed: open, payloadId: null, results });
  return results;
};

interface Placed {
  readonly alert: Prepared;
  /** Its place in the answer. */
  readonly place: number;
}

/** Batches in which no key stands twice: of the same key told twice the second finds what the first did. */
const waves = (prepared: readonly Prepared[]): readonly (readonly Placed[])[] => {
  const found: { placed: Placed[]; keys: Set<string> }[] = [];
  let current = { placed: [] as Placed[], keys: new Set<string>() };
  for (const [place, alert] of prepared.entries()) {
    if (current.keys.has(alert.keyHash) || current.placed.length === batchMax) {
      found.push(current);
      current = { placed: [], keys: new Set() };
    }
    current.keys.add(alert.keyHash);
    current.placed.push({ alert, place });
  }
  if (current.placed.length > 0) found.push(current);
  return found.map(({ placed }) => placed);
};

/** Triggers that say nothing new; gives back the rest. */
const hearRepeats = async (
  postgres: AcceptGround['postgres'],
  integration: Integration,
  placed: readonly Placed[],
  results: Accepted[],
): Promise<readonly Placed[]> => {
  const triggers = placed
    .filter(({ alert }) => alert.given.action === 'trigger')
    .map(({ alert }) => alert)
    .toSorted((a, b) => (a.keyHash < b.keyHash ? -1 : 1));
  if (triggers.length === 0) return placed;
  const heard = await hear(postgres, integration, {
    keys: triggers.map(({ keyHash }) => keyHash),
    hashes: triggers.map(({ contentHash }) => contentHash),
    starts: triggers.map(({ startsAt }) => startsAt),
    ends: triggers.map(({ endsAt }) => endsAt),
  });
  if (heard.size === 0) return placed;
  const left: Placed[] = [];
  for (const each of placed) {
    const { given, keyHash, dedupKey } = each.alert;
    const alertId = given.action === 'trigger' ? heard.get(keyHash) : undefined;
    if (alertId === undefined) left.push(each);
    else results[each.place] = { dedupKey, alertId, outcome: 'unchanged' };
  }
  return left;
};

/** One statement; where two batches with the same alerts waited for each other it is done again in a transaction, which tries again. */
const hear = async (
  postgres: AcceptGround['postgres'],
  integration: Integration,
  again: store.HeardAgain,
): Promise<ReadonlyMap<string, string>> => {
  try {
    return await store.hearAgain(postgres.tables<AlertTables>(), integration, again);
  } catch (error) {
    if ((error as { code?: string }).code !== deadlock) throw error;
    return postgres.transaction<AlertTables, ReadonlyMap<string, string>>(async (tx) => {
      await store.lockOpen(tx, integration.id, again.keys);
      return store.hearAgain(tx, integration, again);
    });
  }
};
const deadlock = '40P01';

interface Batch {
  readonly placed: readonly Placed[];
  readonly payloadId: string | null;
  readonly results: Accepted[];
}

/** What a batch brings about, in one transaction; gives back what another process was quicker with. */
const takeBatch = async (
  tx: AlertTx,
  integration: Integration,
  { placed, payloadId, results }: Batch,
): Promise<readonly Placed[]> => {
  const keys = placed.map(({ alert }) => alert.keyHash);
  const open = new Map((await store.lockOpen(tx, integration.id, keys)).map((row) => [row.key_hash, row]));
  const plan: Plan = { fresh: [], changed: [], acknowledged: [], resolved: [], over: [] };
  for (const each of placed) {
    const { outcome, alertId, reason } = planOne(plan, each.alert, open.get(each.alert.keyHash) ?? null, integration);
    const { dedupKey } = each.alert;
    results[each.place] = { dedupKey, alertId, outcome, ...(reason === undefined ? {} : { reason }) };
  }
  await store.resolveAlerts(tx, [...plan.over, ...plan.resolved], 'by-sender');
  await store.acknowledgeAlerts(tx, plan.acknowledged);
  await store.changeAlerts(tx, integration.id, plan.changed);
  const written = await store.insertAlerts(tx, integration, plan.fresh, payloadId);
  // What was over before and is told again brings nothing about.
  if (Object.values(plan).some((rows) => rows.length > 0)) await store.wakeEngines(tx);
  const taken = new Set(plan.fresh.map((row) => row.key_hash).filter((key) => !written.has(key)));
  return placed.filter(({ alert }) => taken.has(alert.keyHash));
};

interface Plan {
  readonly fresh: store.NewAlert[];
  readonly changed: store.NewAlert[];
  readonly acknowledged: store.Answered[];
  readonly resolved: store.Answered[];
  /** Ran out, or was closed by hand, before this trigger came. */
  readonly over: store.Answered[];
}

type Outcome = Omit<Accepted, 'dedupKey'>;

const planOne = (plan: Plan, alert: Prepared, open: store.OpenRow | null, integration: Integration): Outcome => {
  const { given } = alert;
  if (given.action === 'trigger') return planTrigger(plan, alert, open);
  const nothing = `nothing of this key fires, so there is nothing to ${given.action}`;
  if (open === null) return { alertId: null, outcome: 'dropped', reason: nothing };
  const by = given.by ?? integration.name;
  const at = alert.endsAt;
  if (given.action === 'resolve') {
    plan.resolved.push({ id: open.alert_id, by, reason: `${by} says that it is over.`, at });
    return { alertId: open.alert_id, outcome: 'resolved' };
  }
  if (open.closed || open.expired) return { alertId: null, outcome: 'dropped', reason: nothing };
  if (open.status === 'acknowledged') return { alertId: open.alert_id, outcome: 'unchanged' };
  plan.acknowledged.push({ id: open.alert_id, by, reason: `${by} is on it until it clears.`, at: null });
  return { alertId: open.alert_id, outcome: 'acknowledged' };
};

const planTrigger = (plan: Plan, alert: Prepared, open: store.OpenRow | null): Outcome => {
  const sameStart =
    open?.said_start != null &&
    alert.startsAt !== null &&
    Temporal.Instant.from(alert.startsAt).epochMilliseconds === open.said_start.getTime();
  const goesOn = open !== null && !open.expired && (!open.closed || sameStart);
  if (goesOn) {
    const row = rowOf(alert, open.alert_id);
    if (open.content_hash === alert.contentHash) {
      plan.changed.push(row);
      return { alertId: open.alert_id, outcome: 'unchanged' };
    }
    plan.changed.push(row);
    return { alertId: open.alert_id, outcome: 'updated' };
  }
  if (open !== null)
    plan.over.push({
      id: open.alert_id,
      by: 'its end',
      reason: 'It was not told of again before its end: over.',
      at: null,
    });
  const id = newId();
  plan.fresh.push(rowOf(alert, id));
  return { alertId: id, outcome: 'new' };
};

const rowOf = (alert: Prepared, id: string): store.NewAlert => ({
  id,
  dedup_key: alert.dedupKey,
  key_hash: alert.keyHash,
  content_hash: alert.contentHash,
  fingerprint: fingerprint(alert),
  severity: alert.said.severity,
  summary: alert.said.summary,
  service: alert.said.service,
  own_team: alert.said.team,
  said_start: alert.startsAt,
  ends_at: alert.endsAt,
  labels: alert.said.labels,
  annotations: alert.said.annotations,
  links: alert.said.links,
});
