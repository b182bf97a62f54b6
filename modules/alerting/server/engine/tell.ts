import { decideTelling, type Telling } from '../../domain/telling.ts';
import { mutedAt, type RouteNode, type RouteTarget, type RouteTree } from '../../domain/policy/route.ts';
import type { AlertTables, AlertTx } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import type { PolicyInForce } from './in-force.ts';
import { instantOf } from './judge-store.ts';
import { isOwnFault } from './own-fault.ts';
import { acknowledgeGroupPage, raiseGroupPage, resolveGroupPage } from './page-group.ts';
import * as store from './tell-store.ts';
import { sendWebhook } from './webhook-group.ts';

/** Takes one due group and tells what is to be told of it, in one transaction with the decisions; false where none is due. */
export const tellOne = async (
  ground: EngineGround,
  policy: PolicyInForce,
  from: 'oldest' | 'newest',
): Promise<boolean> => {
  let taken: string | null = null;
  try {
    return await ground.postgres.transaction<AlertTables, boolean>(async (tx) => {
      taken = null;
      const group = await store.takeDue(tx, from);
      if (!group) return false;
      taken = group.id;
      await tellGroup(ground, tx, policy, group);
      return true;
    });
  } catch (error) {
    if (taken === null || !isOwnFault(error)) throw error;
    await store.postponeGroup(ground.postgres.tables<AlertTables>(), taken, postponeSeconds);
    ground.log.error(
      { err: error, group: taken },
      'a group of alerts could not be told; it is tried again in half a minute',
    );
    return true;
  }
};

const postponeSeconds = 30;
const mutedLookSeconds = 15;

const tellGroup = async (
  ground: EngineGround,
  tx: AlertTx,
  policy: PolicyInForce,
  group: store.DueGroup,
): Promise<void> => {
  const now = instantOf(group.now);
  const target = group.targets[0]!;
  const standing = await store.standingOf(tx, group.id);
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
  if (telling.say === 'muted') {
    await store.keepMuted(tx, group.id, `${muted!.reason}.`, muted!.intervals);
    return store.saveGroup(tx, group.id, {
      dueInSeconds: mutedLookSeconds,
      told: false,
      closed: false,
      unpaged: false,
    });
  }
  const said = await say(ground, tx, { group, target, standing, telling });
  await store.saveGroup(tx, group.id, said);
};

interface Saying {
  readonly group: store.DueGroup;
  readonly target: RouteTarget;
  readonly standing: store.Standing;
  readonly telling: Telling;
}

const say = async (ground: EngineGround, tx: AlertTx, saying: Saying): Promise<store.GroupAfter> => {
  const { target, group, telling, standing } = saying;
  const after = { dueInSeconds: telling.dueInSeconds, told: false, closed: telling.closes, unpaged: false };
  if ('webhook' in target) {
    if (telling.say === 'nothing') return closed(tx, saying, after);
    await sendWebhook(ground, tx, { group, webhook: target.webhook, telling });
    return closed(tx, saying, { ...after, told: true });
  }
  if (telling.say === 'over' || telling.closes) {
    await resolveGroupPage(ground, tx, group, standing);
    return closed(tx, saying, { ...after, told: telling.say === 'over' });
  }
  if (telling.say === 'nothing') {
    if (telling.acknowledges) await acknowledgeGroupPage(ground, tx, group, standing);
    if (standing.told_open === 0 && standing.over > 0) await resolveGroupPage(ground, tx, group, standing);
    if (standing.over > 0) await store.tellOver(tx, group.id);
    return after;
  }
  const raised = await raiseGroupPage(ground, tx, { group, standing, telling });
  if (standing.over > 0) await store.tellOver(tx, group.id);
  return raised ? { ...after, told: true } : { ...after, dueInSeconds: unpagedSeconds, unpaged: true };
};

/** What nobody can be paged for is tried again so often. */
const unpagedSeconds = 30;

const closed = async (tx: AlertTx, { group, standing }: Saying, after: store.GroupAfter): Promise<store.GroupAfter> => {
  if (standing.over > 0 && (after.told || after.closed)) await store.tellOver(tx, group.id);
  return after;
};

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
