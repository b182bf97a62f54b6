import { newId } from '../../../../platform/clock/id.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { IncomingAlert, Integration } from '../../domain/alert.ts';
import type { AlertingGround } from '../ground.ts';
import { fingerprint, prepare, type Prepared } from './prepare.ts';
import { byIndexAlone } from './by-index-store.ts';
import { combine, type Combiner } from './combine.ts';
import * as store from './store.ts';
import type { AlertHandle, AlertTables, AlertTx } from './tables.ts';

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
 * small statement a batch, and what senders of one integration say at once is one batch. What becomes of them is the engine's matter.
 */
export const accept = async (
  { postgres }: AcceptGround,
  integration: Integration,
  incoming: readonly IncomingAlert[],
  options: { readonly payloadId?: string } = {},
): Promise<readonly Accepted[]> =>
  intakeOf(postgres).take(
    integration,
    incoming.map((alert) => ({ alert: prepare(alert), payloadId: options.payloadId ?? null })),
  );

/** One alert to be taken, with the payload that it came in. */
interface Incoming {
  readonly alert: Prepared;
  readonly payloadId: string | null;
}

interface Intake {
  take(integration: Integration, incoming: readonly Incoming[]): Promise<readonly Accepted[]>;
}

/** Batches of different integrations that are written beside each other. */
const intakeConnections = 3;

/** The way in of a process, on connections of its own: a storm does not stand before what people ask. */
const intakes = new WeakMap<Postgres, Intake>();
const intakeOf = (postgres: Postgres): Intake => {
  const known = intakes.get(postgres);
  if (known) return known;
  const own = postgres.reserve(intakeConnections, { byKey: true });
  const byIntegration = new Map<string, Combiner<Incoming, Accepted>>();
  const intake: Intake = {
    take: async (integration, incoming) => {
      // Its name and team are written with each alert: what is said of another version of it is another batch.
      const key = JSON.stringify([integration.id, integration.name, integration.kind, integration.team]);
      const found = byIntegration.get(key) ?? combine(batchMax, (all) => takeAll(own, integration, all));
      byIntegration.set(key, found);
      try {
        return await found.do(incoming);
      } finally {
        if (found.isIdle() && byIntegration.get(key) === found) byIntegration.delete(key);
      }
    },
  };
  intakes.set(postgres, intake);
  return intake;
};

const takeAll = async (
  postgres: Postgres,
  integration: Integration,
  incoming: readonly Incoming[],
): Promise<readonly Accepted[]> => {
  const results: Accepted[] = Array.from({ length: incoming.length });
  for (const wave of waves(incoming)) {
    // Where all fires still, one statement says so. What ends goes with the rest into one transaction.
    const onlyTriggers = wave.every(({ alert }) => alert.given.action === 'trigger');
    let open = onlyTriggers ? await hearRepeats(postgres, integration, wave, results) : wave;
    for (let round = 0; open.length > 0; round += 1) {
      if (round === roundsMax) throw new Error('alerts of the same keys came faster than they could be written');
      const current = open;
      const hears = !onlyTriggers && round === 0;
      open = await postgres.transaction<AlertTables, readonly Placed[]>(async (tx) => {
        const left = hears ? await hearWithin(tx, integration, current, results) : current;
        return left.length === 0 ? [] : takeBatch(tx, integration, { placed: left, results });
      });
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
  await byIndexAlone(tx);
  for (const wave of waves(incoming.map((alert) => ({ alert: prepare(alert), payloadId: null }))))
    for (let round = 0, open: readonly Placed[] = wave; open.length > 0 && round < roundsMax; round += 1)
      open = await takeBatch(tx, integration, { placed: open, results });
  return results;
};

interface Placed extends Incoming {
  /** Its place in the answer. */
  readonly place: number;
}

/** Batches in which no key stands twice: of the same key told twice the second finds what the first did. */
const waves = (incoming: readonly Incoming[]): readonly (readonly Placed[])[] => {
  const found: Placed[][] = [];
  let current: Placed[] = [];
  let keys = new Set<string>();
  for (const [place, { alert, payloadId }] of incoming.entries()) {
    if (keys.has(alert.keyHash) || current.length === batchMax) {
      found.push(current);
      current = [];
      keys = new Set();
    }
    keys.add(alert.keyHash);
    current.push({ alert, payloadId, place });
  }
  if (current.length > 0) found.push(current);
  return found;
};

/** Triggers that say nothing new; gives back the rest. */
const hearRepeats = async (
  postgres: Postgres,
  integration: Integration,
  placed: readonly Placed[],
  results: Accepted[],
): Promise<readonly Placed[]> => {
  try {
    return await hearWithin(postgres.tables<AlertTables>(), integration, placed, results);
  } catch (error) {
    // Two batches with the same alerts waited for each other: done again in a transaction, which tries again.
    if ((error as { code?: string }).code !== deadlock) throw error;
    return postgres.transaction<AlertTables, readonly Placed[]>((tx) => hearWithin(tx, integration, placed, results));
  }
};
const deadlock = '40P01';

const hearWithin = async (
  db: AlertHandle,
  integration: Integration,
  placed: readonly Placed[],
  results: Accepted[],
): Promise<readonly Placed[]> => {
  const triggers = placed
    .filter(({ alert }) => alert.given.action === 'trigger')
    .toSorted((a, b) => (a.alert.keyHash < b.alert.keyHash ? -1 : 1));
  if (triggers.length === 0) return placed;
  const heard = await store.hearAgain(db, integration, {
    keys: triggers.map(({ alert }) => alert.keyHash),
    hashes: triggers.map(({ alert }) => alert.contentHash),
    starts: triggers.map(({ alert }) => alert.startsAt),
    ends: triggers.map(({ alert }) => alert.endsAt),
  });
  if (heard.length === 0) return placed;
  for (const { n, alert_id: alertId } of heard) {
    const { place, alert } = triggers[n - 1]!;
    results[place] = { dedupKey: alert.dedupKey, alertId, outcome: 'unchanged' };
  }
  return placed.filter(({ place }) => results[place] === undefined);
};

interface Batch {
  readonly placed: readonly Placed[];
  readonly results: Accepted[];
}

/** What a batch brings about, in one transaction; gives back what another process was quicker with. */
const takeBatch = async (
  tx: AlertTx,
  integration: Integration,
  { placed, results }: Batch,
): Promise<readonly Placed[]> => {
  const keys = placed.map(({ alert }) => alert.keyHash);
  const open = new Map((await store.lockOpen(tx, integration.id, keys)).map((row) => [row.key_hash, row]));
  const plan: Plan = { fresh: [], changed: [], acknowledged: [], resolved: [], over: [] };
  for (const each of placed) {
    const { outcome, alertId, reason } = planOne(plan, each, open.get(each.alert.keyHash) ?? null, integration);
    const { dedupKey } = each.alert;
    results[each.place] = { dedupKey, alertId, outcome, ...(reason === undefined ? {} : { reason }) };
  }
  await store.resolveAlerts(tx, [...plan.over, ...plan.resolved], 'by-sender');
  await store.acknowledgeAlerts(tx, plan.acknowledged);
  await store.changeAlerts(tx, integration.id, plan.changed);
  const written = await store.insertAlerts(tx, integration, plan.fresh);
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

const planOne = (plan: Plan, incoming: Incoming, open: store.OpenRow | null, integration: Integration): Outcome => {
  const { alert } = incoming;
  const { given } = alert;
  if (given.action === 'trigger') return planTrigger(plan, incoming, open);
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

const planTrigger = (plan: Plan, incoming: Incoming, open: store.OpenRow | null): Outcome => {
  const { alert } = incoming;
  const sameStart =
    open?.said_start != null &&
    alert.startsAt !== null &&
    Temporal.Instant.from(alert.startsAt).epochMilliseconds === open.said_start.getTime();
  const goesOn = open !== null && !open.expired && (!open.closed || sameStart);
  if (goesOn) {
    const row = rowOf(incoming, open.alert_id);
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
  plan.fresh.push(rowOf(incoming, id));
  return { alertId: id, outcome: 'new' };
};

const rowOf = ({ alert, payloadId }: Incoming, id: string): store.NewAlert => ({
  id,
  payload_id: payloadId,
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
