import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import { Refusal } from '../../../../kernel/problem.ts';
import * as contract from '../../contract/alerts.ts';
import type { AlertingGround } from '../ground.ts';
import type { AlertDb, AlertTables } from '../intake/tables.ts';
import { actOn, noSuchAlert } from './acts.ts';
import { groupById, groupsListed, groupsOfAlert } from './group-views.ts';
import { takeSent } from './send.ts';
import { alertShape, decisionShape, groupShape, suppressedShape, targetWords } from './shapes.ts';
import * as views from './views.ts';
import { because } from './why.ts';

/** The inbox: alerts, why, groups, and what people do with them. */
export const registerInbox = (alerting: AlertingGround): void => {
  const db = alerting.postgres.tables<AlertTables>();
  const { http } = alerting;
  http.route(contract.listAlerts, async ({ query }) => list(db, query));
  http.route(contract.getAlert, async ({ params }) => {
    const row = await alertRow(db, params.id);
    const [shaped] = await shapedAll(db, [row], contract.alertsLimits.decisionsShown);
    const earlier = await views.earlierOf(db, row);
    const pages = await views.pagesOf(
      db,
      earlier.map(({ id }) => id),
    );
    return {
      ...shaped!,
      payload: row.payload_id,
      earlier: earlier.map((each) => ({
        id: each.id,
        startsAt: each.starts_at.toISOString(),
        resolvedAt: each.resolved_at?.toISOString() ?? null,
        acknowledgedBy: each.acknowledged_by,
        resolvedBy: each.resolved_by,
        pages: (pages.get(each.id) ?? []).map(({ page_id }) => page_id),
      })),
    };
  });
  http.route(contract.whyAlert, async ({ params }) => why(db, params.id));
  for (const [shape, action] of [
    [contract.acknowledgeAlert, 'acknowledge'],
    [contract.resolveAlert, 'resolve'],
    [contract.unacknowledgeAlert, 'unacknowledge'],
    [contract.reopenAlert, 'reopen'],
  ] as const)
    http.route(shape, async ({ params, body, signedIn }) => {
      await actOn(alerting, signedIn(), { action, ids: [params.id], note: body?.note });
      const [shaped] = await shapedAll(db, [await alertRow(db, params.id)]);
      return shaped!;
    });
  http.route(contract.actOnAlerts, async ({ body, signedIn }) => ({
    changed: [...(await actOn(alerting, signedIn(), body))],
  }));
  http.route(contract.sendAlerts, async ({ body, signedIn }) => takeSent(alerting, signedIn(), body));
  http.route(contract.listAlertGroups, async ({ query: { cursor, limit, state } }) => {
    const after = cursor === undefined ? null : uuidFrom(cursor);
    const found = await groupsListed(db, { state, after, limit: limit + 1 });
    return { items: found.slice(0, limit).map(groupShape), next: nextOf(found, limit) };
  });
  http.route(contract.getAlertGroup, async ({ params: { id } }) => {
    const group = await groupById(db, id);
    if (group) return groupShape(group);
    throw new Refusal({ status: 404, code: 'alerting.unknown-group', title: 'There is no such group', detail: id });
  });
};

type ListQuery = NonNullable<(typeof contract.listAlerts)['query']>['_output'];

const list = async (db: AlertDb, query: ListQuery) => {
  const { cursor, limit, state, severity, service, source, group, q, from, to } = query;
  const question: views.InboxQuestion = {
    state,
    labels: query.label.map(labelOf),
    severities: severity,
    service: service ?? null,
    source: source ?? null,
    group: group ?? null,
    q: q || null,
    from: from ?? null,
    to: to ?? null,
  };
  const after = cursor === undefined ? null : uuidFrom(cursor);
  const [found, facets] = await Promise.all([
    views.listed(db, question, { after, limit: limit + 1 }),
    query.facets ? views.facetsOf(db, question) : null,
  ]);
  return {
    items: await shapedAll(db, found.slice(0, limit)),
    next: nextOf(found, limit),
    facets: facets && {
      total: facets.total,
      status: [...facets.status],
      severity: [...facets.severity],
      service: [...facets.service],
      source: [...facets.source],
    },
  };
};

/** `name=value`, or `name!=value`. */
const labelOf = (text: string): views.LabelAsked => {
  const at = text.indexOf('=');
  const not = text[at - 1] === '!';
  return { name: text.slice(0, not ? at - 1 : at), value: text.slice(at + 1), not };
};

const nextOf = (found: readonly { readonly id: string }[], limit: number): string | null =>
  found.length > limit ? encodeCursor([found[limit - 1]!.id]) : null;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuidFrom = (cursor: string): string => {
  const [id] = decodeCursor(cursor, 1);
  // A cursor that was made for another list reaches no query.
  return uuid.test(String(id)) ? String(id) : String(decodeCursor('', 1)[0]);
};

const shapedAll = async (db: AlertDb, rows: readonly views.InboxRow[], most?: number): Promise<contract.Alert[]> => {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return [];
  const [decisions, pages, muted] = await Promise.all([
    views.decisionsOf(db, ids, most),
    views.pagesOf(db, ids),
    views.mutedOf(db, ids),
  ]);
  return rows.map((row) =>
    alertShape(row, {
      decisions: decisions.get(row.id) ?? [],
      pages: pages.get(row.id) ?? [],
      muted: muted.get(row.id) ?? [],
    }),
  );
};

const alertRow = async (db: AlertDb, id: string): Promise<views.InboxRow> => {
  const [row] = await views.byIds(db, [id]);
  if (!row) throw noSuchAlert(id);
  return row;
};

const why = async (db: AlertDb, id: string) => {
  const row = await alertRow(db, id);
  const decisions = (await views.decisionsOf(db, [id], contract.alertsLimits.decisionsShown)).get(id) ?? [];
  const groups = await groupsOfAlert(db, id);
  return {
    id,
    status: row.status,
    because: because(row, decisions, groups),
    suppressed:
      row.status === 'resolved' ? null : suppressedShape(row.suppressed, (await views.mutedOf(db, [id])).get(id) ?? []),
    decisions: decisions.map(decisionShape),
    groups: groups.map((group) => ({
      id: group.id,
      route: group.route,
      reason: group.reason,
      labels: { ...group.labels },
      targets: targetWords(group.targets),
      openedAt: group.opened_at.toISOString(),
      toldAt: group.told_at?.toISOString() ?? null,
      dueAt: group.due_at?.toISOString() ?? null,
      pages: group.pages.map((page) => ({ ...page, at: new Date(page.at).toISOString() })),
    })),
  };
};
