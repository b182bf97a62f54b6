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

/** Groups told one after the other by one policy. */
export interface TellRound {
  readonly policy: PolicyInForce;
  readonly from: 'oldest' | 'newest';
  /** Whether what has to be judged by what is in force is waited for; else it is told as it was judged last. */
  readonly patient: boolean;
  /** Groups that wait for that; they are due again in the next round. */
  readonly waiting: Set<string>;
  /** Something had to be judged first. */
  unjudged: boolean;
}

/**
 * Takes a due group, and with one that goes to a webhook further such ones, and tells what is to be told of them, in one transaction
 * with the decisions. Gives back how many there were; 0: none is due; null: the alerts have to be judged by what is in force first.
 */
export const tellNext = async (
  ground: EngineGround,
  round: TellRound,
  webhooks = webhooksMax,
): Promise<number | null> => {
  const { policy, from, waiting } = round;
  let taken: readonly string[] = [];
  try {
    return await ground.postgres.transaction<AlertTables, number | null>(async (tx) => {
      taken = [];
      const first = await store.takeDue(tx, from, waiting);
      if (!first) return 0;
      if (!(await policy.stands(tx))) return null;
      const isReady = await isPutUp(tx, policy);
      if (!isReady) round.unjudged = true;
      if (!isReady && round.patient) return null;
      taken = [first.id];
      const isWebhook = webhooks > 1 && 'webhook' in first.targets[0]!;
      const passed = [first.id, ...waiting];
      const more = isWebhook ? await store.takeDueWebhooks(tx, from, { passed, limit: webhooks - 1 }) : [];
      taken = [...taken, ...more.map(({ id }) => id)];
      await tellGroups(ground, tx, round, [first, ...more]);
      return taken.length;
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
    return 1;
  }
};

/** Whether open alerts were put up to be judged by what is in force, since that was changed. */
const isPutUp = async (tx: AlertTx, policy: PolicyInForce): Promise<boolean> => {
  const { key, now } = await lastReconsidered(tx);
  return key === judgedBy(policy, now);
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

/** Tells of these groups but of those that have to wait. */
const tellGroups = async (
  ground: EngineGround,
  tx: AlertTx,
  round: TellRound,
  groups: readonly store.DueGroup[],
): Promise<void> => {
  const standingOf = await store.standingsOf(
    tx,
    groups.map(({ id }) => id),
  );
  const unjudged = groups.filter(({ id }) => standingOf(id).waiting > 0);
  if (unjudged.length > 0) round.unjudged = true;
  if (round.patient) for (const { id } of unjudged) round.waiting.add(id);
  const due = groups
    .filter(({ id }) => !round.waiting.has(id))
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
