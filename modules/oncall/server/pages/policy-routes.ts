import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/policies.ts';
import type { PagesGround } from './pages-ground.ts';
import { deletePolicy, noSuchPolicy, policyOf, putPolicy } from './policies.ts';
import { policiesAfter, policyByName } from './policy-store.ts';
import type { PagesTables } from './tables.ts';
import { tryPolicy } from './try-out.ts';

/** Puts the routes of escalation policies on the HTTP ground. */
export const addPolicyRoutes = ({ http, clock }: Ground, ground: PagesGround): void => {
  const db = ground.postgres.tables<PagesTables>();
  http.route(contract.putPolicy, ({ params, body, signedIn }) => putPolicy(ground, signedIn(), params.name, body));
  http.route(contract.listPolicies, async ({ query }) => {
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    const rows = await policiesAfter(db, { after, team: query.team ?? null, limit: query.limit + 1 });
    const items = rows.slice(0, query.limit).map(policyOf);
    const last = items.at(-1);
    return { items, next: last && rows.length > items.length ? encodeCursor([last.name]) : null };
  });
  http.route(contract.getPolicy, async ({ params }) => {
    const row = await policyByName(db, params.name);
    if (!row) throw noSuchPolicy(params.name);
    return policyOf(row);
  });
  http.route(contract.deletePolicy, async ({ params, signedIn }) => {
    await deletePolicy(ground, signedIn(), params.name);
    return undefined;
  });
  http.route(contract.tryPolicy, async ({ params, query }) => {
    const row = await policyByName(db, params.name);
    if (!row) throw noSuchPolicy(params.name);
    const at = query.at === undefined ? clock.now() : Temporal.Instant.from(query.at);
    return tryPolicy(ground, { name: row.name, spec: row.spec }, { at, urgency: query.urgency });
  });
};
