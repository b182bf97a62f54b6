import { decideTelling, type Telling } from '../../domain/telling.ts';
import { mutedAt, type RouteNode, type RouteTarget, type RouteTree } from '../../domain/policy/route.ts';
import type { AlertTables, AlertTx } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import type { PolicyInForce } from './in-force.ts';
import { instantOf } from './judge-store.ts';
import { isOwnFault } from './own-fault.ts';
import { acknowledgeGroupPage, raiseGroupPage, resolveGroupPage } from './page-group.ts';
import { judgedBy } from './reconsider.ts';
import { lastReconsidered } from './reconsider-store.ts';
import * as store from './tell-store.ts';
import { sendWebhooks, type WebhookTold } from './webhook-group.ts';

/** Groups that go to webhooks and are told in one transaction. A page is raised in one of its own: nobody waits for another's. */
const webhooksMax = 25;

/** Groups told one after the other. */
export interface TellRound {
  readonly from: 'oldest' | 'newest';
  /** What was in force lately; set to what is in force when that is another. */
  policy: PolicyInForce;
  /** By what alerts have to be judged for that; null: not known yet. */
  key: string | null;
  /** Groups that are not looked at in this round. */
  readonly passed: ReadonlySet<string>;
  /** Whether a group waits for its alerts to be judged by what is in force; else it is told as they were judged last. */
  readonly waits: (group: string) => boolean;
}

export interface Told {
  /** 0: none is due. */
  readonly looked: number;
  /** Those of them that wait. */
  readonly waiting: readonly string[];
}

const nothing: Told = { looked: 0, waiting: [] };

/**
 * Takes a due group, and with one that goes to a webhook further such ones, and tells what is to be told of them, in one transaction
 * with the decisions.
 */
export const tellNext = async (ground: EngineGround, round: TellRound, webhooks = webhooksMax): Promise<Told> => {
  const { from, passed } = round;
  let taken: readonly string[] = [];
  try {
    return await ground.postgres.transaction<AlertTables, Told>(async (tx) => {
      taken = [];
      const first = await store.takeDue(tx, from, passed);
      if (!first) return nothing;
      taken = [first.id];
      const isWebhook = webhooks > 1 && 'webhook' in first.targets[0]!;
      const besides = { passed: [first.id, ...passed], limit: webhooks - 1 };
      const more = isWebhook ? await store.takeDueWebhooks(tx, from, besides) : [];
      taken = [...taken, ...more.map(({ id }) => id)];
      return { looked: taken.length, waiting: await tellGroups(ground, tx, round, [first, ...more]) };
    });
  } catch (error) {
    if (taken.length === 0 || !isOwnFault(error)) throw error;
    // One by one, until it is the turn of the one that fails.
    if (taken.length > 1) return tellNext(ground, round, 1);
    await store.postponeGroup(ground.postgres.tables<AlertTables>(), taken[0]!, postponeSeconds);
    ground.log.error(
      { err: error, group: taken[0] },
      'a group of alerts could not be told; it is tried again in half a minute',
    );
    return { looked: 1, waiting: [] };
  }
};

/** Whether open alerts were put up to be judged by what is in force, which is known from here on. */
const isPutUp = async (tx: AlertTx, round: TellRound): Promise<boolean> => {
  const changed = await round.policy.changed(tx);
  if (changed !== null) Object.assign(round, { policy: changed, key: null });
  const { key, now } = await lastReconsidered(tx);
  round.key ??= judgedBy(round.policy, now);
  return key === round.key;
};

const postponeSeconds = 30;
const mutedLookSeconds = 15;

interface Due {
  readonly group: store.DueGroup;
  readonly target: RouteTarget;
  readonly standing: store.Standing;
  readonly telling: Telling;
  readonly muted: ReturnType<typeof mutedAt>;
}

/** Tells of these groups but of those that have to wait, which it gives back. */
const tellGroups = async (
  ground: EngineGround,
  tx: AlertTx,
  round: TellRound,
  groups: readonly store.DueGroup[],
): Promise<readonly string[]> => {
  const isReady = await isPutUp(tx, round);
  const standingOf = await store.standingsOf(
    tx,
    groups.map(({ id }) => id),
  );
  const waiting = groups
    .map(({ id }) => id)
    .filter((id) => (!isReady || standingOf(id).waiting > 0) && round.waits(id));
  const due = groups
    .filter(({ id }) => !waiting.includes(id))
    .map((group) => dueOf(round.policy, group, standingOf(group.id)));
  const toWebhooks = due
    .filter(({ telling }) => telling.say !== 'muted' && telling.say !== 'nothing')
    .flatMap(webhookOf);
  await sendWebhooks(ground, tx, toWebhooks);
  const left: (store.GroupAfter & { readonly id: string })[] = [];
  const over: string[] = [];
  for (const each of due) {
    const after = await say(ground, tx, each);
    left.push({ id: each.group.id, ...after });
    if (each.standing.over > 0 && saysOver(each, after)) over.push(each.group.id);
  }
  await store.tellOver(tx, over);
  await store.saveGroups(tx, left);
  return waiting;
};

const dueOf = (policy: PolicyInForce, group: store.DueGroup, standing: store.Standing): Due => {
  const now = instantOf(group.now);
  const target = group.targets[0]!;
  const node = nodeOf(policy.tree, group.route);
  const muted = node === null ? null : mutedAt(node, now);
  const telling = decideTelling({
    standing: {
      firing: standing.firing,
      fresh: standing.fresh,
      acknowledged: standing.acknowledged,
      suppressed: standing.suppressed,
      over: standing.over,
      toldOpen: standing.told_open,
    },
    webhook: 'webhook' in target,
    sendResolved: 'webhook' in target && target.webhook.sendResolved,
    sinceToldSeconds: group.told_at === null ? null : now.since(instantOf(group.told_at)).total('seconds'),
    intervalSeconds: group.interval_seconds,
    repeatSeconds: group.repeat_seconds,
    muted: muted !== null,
    unpaged: group.unpaged_since !== null,
  });
  return { group, target, standing, telling, muted };
};

const webhookOf = ({ group, target, telling }: Due): readonly WebhookTold[] =>
  'webhook' in target ? [{ group, webhook: target.webhook, telling }] : [];

/** What is over is known to whoever reads the page; a webhook has to be called for it, or it is told no more. */
const saysOver = ({ target, telling }: Due, after: store.GroupAfter): boolean =>
  telling.say !== 'muted' && (!('webhook' in target) || after.told || after.closed);

/** Tells one group; webhooks were called for all of them at once. */
const say = async (ground: EngineGround, tx: AlertTx, due: Due): Promise<store.GroupAfter> => {
  const { target, group, telling, standing, muted } = due;
  if (telling.say === 'muted') {
    await store.keepMuted(tx, group.id, `${muted!.reason}.`, muted!.intervals);
    return { dueInSeconds: mutedLookSeconds, told: false, closed: false, unpaged: false };
  }
  const after = { dueInSeconds: telling.dueInSeconds, told: false, closed: telling.closes, unpaged: false };
  if ('webhook' in target) return { ...after, told: telling.say !== 'nothing' };
  if (telling.say === 'over' || telling.closes) {
    await resolveGroupPage(ground, tx, group, standing);
    return { ...after, told: telling.say === 'over' };
  }
  if (telling.say === 'nothing') {
    if (telling.acknowledges) await acknowledgeGroupPage(ground, tx, group, standing);
    if (standing.told_open === 0 && standing.over > 0) await resolveGroupPage(ground, tx, group, standing);
    return after;
  }
  const raised = await raiseGroupPage(ground, tx, { group, standing, telling });
  return raised ? { ...after, told: true } : { ...after, dueInSeconds: unpagedSeconds, unpaged: true };
};

/** What nobody can be paged for is tried again so often. */
const unpagedSeconds = 30;

/** The route that a group was made by, as it is now; null for the default and for one that is gone. */
const nodeOf = (tree: RouteTree, id: string): RouteNode | null => {
  const search = (nodes: readonly RouteNode[]): RouteNode | null => {
    for (const node of nodes) {
      if (node.id === id) return node;
      const below = id.startsWith(`${node.id}/`) ? search(node.routes) : null;
      if (below) return below;
    }
    return null;
  };
  return search(tree.routes);
};
