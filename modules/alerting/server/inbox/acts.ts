import { reaches } from '../../../../kernel/role.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import type { AlertingGround } from '../ground.ts';
import { acknowledgeAlerts, resolveAlerts, wakeEngines } from '../intake/store.ts';
import type { AlertTables, AlertTx } from '../intake/tables.ts';
import { lockAlerts } from './acts-store.ts';
import { takeBack } from './undo.ts';

export interface Act {
  /** The last two take back the first two. */
  readonly action: 'acknowledge' | 'resolve' | 'unacknowledge' | 'reopen';
  readonly ids: readonly string[];
  /** All of a group that are not over, beside `ids`. */
  readonly group?: string | undefined;
  readonly note?: string | undefined;
}

/**
 * A person acknowledges or resolves alerts, or takes that back; their pages follow. Gives back what was changed: what is so already is
 * not. Throws a Refusal where the actor is no responder of a team whose alerts they are, and for an unknown alert.
 */
export const actOn = async (alerting: AlertingGround, actor: Actor, act: Act): Promise<readonly string[]> =>
  alerting.postgres.transaction<AlertTables, readonly string[]>(async (tx) => {
    const rows = await lockAlerts(tx, act.ids, act.group ?? null);
    const known = new Set(rows.map(({ id }) => id));
    const unknown = act.ids.find((id) => !known.has(id));
    if (unknown !== undefined) throw noSuchAlert(unknown);
    await refuseOthers(alerting, actor, rows);
    const changed = await change(alerting, tx, actor, {
      ...act,
      ids: rows.map(({ id }) => id),
    });
    if (changed.length === 0) return changed;
    await alerting.ledger.append(tx, {
      kind: eventOf[act.action],
      subject: changed.length === 1 ? `alert:${changed[0]}` : `alerts:${changed[0]}`,
      service: changed.length === 1 ? rows.find(({ id }) => id === changed[0])!.service : null,
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      data: { alerts: changed.slice(0, toldMax), by: actor.name, note: act.note ?? null },
    });
    await wakeEngines(tx);
    return changed;
  });

const eventOf = {
  acknowledge: 'alert.acknowledged',
  resolve: 'alert.resolved',
  unacknowledge: 'alert.unacknowledged',
  reopen: 'alert.reopened',
} as const;

const change = async (
  alerting: AlertingGround,
  tx: AlertTx,
  actor: Actor,
  { action, ids, note }: Act,
): Promise<readonly string[]> => {
  if (action === 'reopen') return takeBack(alerting, tx, actor, { answer: 'resolve', ids, note });
  if (action === 'unacknowledge') return takeBack(alerting, tx, actor, { answer: 'acknowledge', ids, note });
  const said = note === undefined ? '.' : `: ${note}`;
  const verb = action === 'acknowledge' ? 'is on it until it clears' : 'says that it is over';
  const answered = ids.map((id) => ({ id, by: actor.name, reason: `${actor.name} ${verb}${said}`, at: null }));
  return action === 'acknowledge' ? acknowledgeAlerts(tx, answered) : resolveAlerts(tx, answered, 'by-hand');
};

/** So many alerts stand in one event; a group of a storm has more. */
const toldMax = 500;

const refuseOthers = async (
  { catalog }: AlertingGround,
  actor: Actor,
  rows: readonly {
    readonly own_team: string | null;
    readonly service: string | null;
    readonly integration_team: string | null;
  }[],
): Promise<void> => {
  if (reaches(actor.role, 'responder')) return;
  const owners = new Map<string, string | null>();
  for (const { own_team, service, integration_team } of rows) {
    if (service !== null && !owners.has(service)) owners.set(service, await catalog.ownerOf(service));
    const team = own_team ?? (service === null ? null : owners.get(service)!) ?? integration_team;
    if (team !== null && reaches(actor.teams[team] ?? null, 'responder')) continue;
    throw new Refusal({
      status: 403,
      code: 'http.role-too-low',
      title: 'Your role does not allow this',
      detail:
        'It needs the role responder in the team that the alert belongs to, or in the organisation. Ask an admin.',
    });
  }
};

export const noSuchAlert = (id: string): Refusal =>
  new Refusal({ status: 404, code: 'alerting.unknown-alert', title: 'There is no such alert', detail: id });
