import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import { listAlertDecisions, type AlertDecision } from '../contract.ts';
import type { AlertingGround } from './ground.ts';
import { react, reactedKinds } from './reactions.ts';
import { beginPosition, decisions, forgetDecisions } from './store.ts';
import type { AlertingTables, DecisionRow } from './tables.ts';

const decisionsDays = 90;

/** Burning budgets and silent heartbeats, as the ledger tells of them. */
export const startReactions = async (alerting: AlertingGround): Promise<void> => {
  const db = alerting.postgres.tables<AlertingTables>();
  await beginPosition(db);
  alerting.ledger.react('alerting.pages', reactedKinds, (event) => react(alerting, event));
  alerting.jobs.every('alerting.forget', 86_400, () => forgetDecisions(db, decisionsDays));
  alerting.http.route(listAlertDecisions, async ({ query }) => {
    const [place, step] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
    const after = place === undefined ? null : { place: BigInt(place).toString(), step: Number(step) };
    const found = await decisions(db, { subject: query.subject ?? null, after, limit: query.limit + 1 });
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    const more = last !== undefined && found.length > page.length;
    return { items: page.map(shape), next: more ? encodeCursor([last.place, last.step]) : null };
  });
};

const shape = ({
  place,
  at,
  kind,
  subject,
  did,
  key,
  urgency,
  target,
  reason,
  page,
  alert,
}: DecisionRow): AlertDecision => ({
  place,
  at: at.toISOString(),
  kind,
  subject,
  did,
  key,
  urgency,
  to: target,
  reason,
  page,
  alert,
});
