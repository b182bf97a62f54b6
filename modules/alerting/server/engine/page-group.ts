import { Refusal } from '../../../../kernel/problem.ts';
import type { PageAsked } from '../../../oncall/server/public.ts';
import { groupText, groupTextLimits } from '../../domain/group-text.ts';
import type { RouteTarget } from '../../domain/policy/route.ts';
import { lastingWords } from '../../domain/lasting-words.ts';
import { targetsOf } from '../../domain/targets.ts';
import type { Telling } from '../../domain/telling.ts';
import type { AlertTx } from '../intake/tables.ts';
import { alertingActor, groupKeyPrefix, pageSource, type EngineGround } from './engine-ground.ts';
import { groupTeams, type GroupTeams } from './owner-views.ts';
import * as store from './tell-store.ts';

interface Raising {
  readonly group: store.DueGroup;
  readonly standing: store.Standing;
  readonly telling: Telling;
}

/** A team, policy or person that may be paged, with why it is them. */
interface Way {
  readonly way: { readonly team: string } | { readonly policy: string } | { readonly person: string };
  readonly name: string;
  readonly reason: string;
}

/**
 * Pages for a group: the first of its ways that can be paged. The same page while it is open; it counts what joins. False where nobody
 * at all can be paged: that is told once, and it is tried again.
 */
export const raiseGroupPage = async (ground: EngineGround, tx: AlertTx, raising: Raising): Promise<boolean> => {
  const { group, standing, telling } = raising;
  if (telling.say !== 'first' && (await countOnPage(ground, tx, raising))) return true;
  const tried: string[] = [];
  const shown = await store.membersOf(tx, group.id, groupTextLimits.members);
  for (const { way, name, reason } of await waysOf(ground, tx, group)) {
    const why = [...tried, `Goes to ${name}: ${reason}.`].join(' ');
    const count = Math.max(1, standing.firing);
    const text = groupText(shown, { count, labels: group.labels, reasons: [why, `${group.reason}.`] });
    try {
      const raised = await ground.oncall.raisePage(tx, {
        ...text,
        ...way,
        urgency: group.urgency,
        dedupKey: `${groupKeyPrefix}${group.id}`,
        service: group.service,
        link: linkOf(ground, group, shown),
        source: pageSource,
        by: 'alerting',
      } satisfies PageAsked);
      await keepRaised(ground, tx, raising, { page: raised, target: `${Object.keys(way)[0]}:${name}`, why });
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tried.push(`${name} could not be paged (${error.problem.title}).`);
    }
  }
  if (telling.say === 'first' && group.unpaged_since === null)
    await tellUnpaged(ground, tx, group, tried.join(' ') || 'There is neither a team nor an administrator.');
  return false;
};

/** What joins a page, or is said again, is counted on the page that is open: neither its text nor whom it goes to is found again. */
const countOnPage = async ({ oncall }: EngineGround, tx: AlertTx, { group, telling }: Raising): Promise<boolean> => {
  const [page] = await oncall.countByKey(tx, {
    dedupKey: `${groupKeyPrefix}${group.id}`,
    source: pageSource,
    by: 'alerting',
  });
  if (page === undefined) return false;
  await keepTold(tx, { group, telling }, { page: { id: page, made: false }, why: '' });
  return true;
};

/** Decides what was told by this page; gives back the reason. */
const keepTold = async (
  tx: AlertTx,
  { group, telling }: Pick<Raising, 'group' | 'telling'>,
  { page, why }: { page: { id: string; made: boolean }; why: string },
): Promise<string> => {
  if (telling.say === 'repeat') {
    const reason = `It fires still and nobody is on it: counted on its page again after ${lastingWords(group.repeat_seconds)}.`;
    await store.tellRepeated(tx, [{ group: group.id, reason, page: page.id }]);
    return reason;
  }
  const reason = `${group.reason}. ${page.made ? why : 'Its group has a page already, which counts it: nobody is called again.'}`;
  await store.tellFresh(tx, [{ group: group.id, decision: page.made ? 'notified' : 'joined', reason, page: page.id }]);
  return reason;
};

const keepRaised = async (
  ground: EngineGround,
  tx: AlertTx,
  { group, telling, standing }: Raising,
  { page, target, why }: { page: { id: string; made: boolean }; target: string; why: string },
): Promise<void> => {
  const isNew = await store.keepPage(tx, group.id, page.id, target);
  const reason = await keepTold(tx, { group, telling }, { page, why });
  if (telling.say === 'repeat' || !isNew || group.told_times > 0) return;
  await ground.ledger.append(tx, {
    kind: 'alert.group-opened',
    subject: `alert-group:${group.id}`,
    service: group.service,
    actor: alertingActor,
    data: { group: group.id, route: group.route, labels: group.labels, alerts: standing.firing, reason },
  });
};

/** The page ends with the last alert that it told of: at once, not with an interval. */
export const resolveGroupPage = async (
  ground: EngineGround,
  tx: AlertTx,
  group: store.DueGroup,
  standing: store.Standing,
): Promise<void> => {
  await ground.oncall.resolveByKey(tx, {
    dedupKey: `${groupKeyPrefix}${group.id}`,
    source: pageSource,
    note: standing.members === 1 ? 'The alert is over.' : `All ${standing.members} alerts are over.`,
  });
  if (group.told_times === 0) return;
  await ground.ledger.append(tx, {
    kind: 'alert.group-closed',
    subject: `alert-group:${group.id}`,
    service: group.service,
    actor: alertingActor,
    data: {
      group: group.id,
      route: group.route,
      labels: group.labels,
      alerts: standing.members,
      reason: standing.resolved_by === null ? 'over' : `the last was ended by ${standing.resolved_by}`,
    },
  });
};

/** Somebody is on everything that fires. */
export const acknowledgeGroupPage = async (
  ground: EngineGround,
  tx: AlertTx,
  group: store.DueGroup,
  standing: store.Standing,
): Promise<void> => {
  await ground.oncall.acknowledgeByKey(tx, {
    dedupKey: `${groupKeyPrefix}${group.id}`,
    source: pageSource,
    by: standing.acknowledged_by ?? 'somebody',
  });
};

const waysOf = async (ground: EngineGround, tx: AlertTx, group: store.DueGroup): Promise<readonly Way[]> => {
  const target = group.targets[0]!;
  const own = wayOf(target);
  const owners = await ownersOf(ground, tx, group, own !== null);
  return own === null
    ? owners
    : [own, ...owners.filter((each) => JSON.stringify(each.way) !== JSON.stringify(own.way))];
};

/** Why the route took it stands beside it, once for the group. */
const named = 'the route says so';
const wayOf = (target: RouteTarget): Way | null => {
  if ('team' in target) return { way: { team: target.team }, name: target.team, reason: named };
  if ('policy' in target) return { way: { policy: target.policy }, name: target.policy, reason: named };
  if ('person' in target) return { way: { person: target.person }, name: target.person, reason: named };
  return null;
};

/** The owner, and who stands in for one: never nowhere. */
const ownersOf = async (
  { catalog, config }: EngineGround,
  tx: AlertTx,
  group: store.DueGroup,
  wasNamed: boolean,
): Promise<readonly Way[]> => {
  const teams = await groupTeams(tx, group.id);
  const { own, integration, adminsTeam, admins, source } = teams;
  const targets = targetsOf({
    what: whatOf(teams),
    service: group.service,
    own,
    ofService: group.service === null ? null : await catalog.ownerOf(group.service),
    integrationTeam: integration,
    integration: source,
    fallbackTeam: config.values.fallbackTeam ?? null,
    adminsTeam,
    admins,
  });
  return targets.map(({ kind, name, reason }) => ({
    way: kind === 'team' ? { team: name } : { person: name },
    name,
    reason: wasNamed ? `${reason}, because whom the route names could not be paged` : reason,
  }));
};

const whatOf = ({ objective, heartbeat, source }: GroupTeams): string => {
  if (objective !== null) return `the objective ${objective}`;
  return heartbeat === null ? `the alerts of ${source}` : `the heartbeat ${heartbeat}`;
};

const linkOf = ({ baseUrl }: EngineGround, group: store.DueGroup, shown: readonly store.MemberShown[]): string =>
  shown.length === 1 ? `${baseUrl()}/alerts/${shown[0]!.id}` : `${baseUrl()}/alerts?group=${group.id}`;

/** On the ledger, in the log and with each alert, once; the metric says it for as long as it is so. */
const tellUnpaged = async (
  { ledger, log }: EngineGround,
  tx: AlertTx,
  group: store.DueGroup,
  tried: string,
): Promise<void> => {
  const reason = `Nobody can be paged: ${tried}`;
  log.error({ group: group.id, route: group.route, reason }, 'nobody can be paged for these alerts');
  await store.keepUnrouted(tx, group.id, reason);
  await ledger.append(tx, {
    kind: 'alert.unpaged',
    subject: `alert-group:${group.id}`,
    service: group.service,
    actor: alertingActor,
    data: {
      kind: 'alert-group',
      key: `${groupKeyPrefix}${group.id}`,
      urgency: group.urgency,
      summary: `alerts of ${group.route}`,
      reason,
    },
  });
};
