import { decodeCursor, encodeCursor } from '../../../../platform/http/paging.ts';
import type { Ground } from '../../../../platform/module/ground.ts';
import * as contract from '../../contract/rules.ts';
import { ruleOf } from '../../domain/rules/rule.ts';
import { deleteRule, noSuchRule, putRule, ruleShape } from './commands.ts';
import { groupOf } from './decide.ts';
import { previewRule } from './preview.ts';
import { changesOf, ruleSeen, rulesAfter } from './rule-store.ts';
import type { RulesGround } from './rules-ground.ts';
import type { RuleTables } from './tables.ts';

/** Puts the routes of alert rules on the HTTP ground. */
export const addRuleRoutes = ({ http, clock }: Pick<Ground, 'http' | 'clock'>, ground: RulesGround): void => {
  const db = ground.postgres.tables<RuleTables>();
  http.route(contract.putRule, ({ params, body, signedIn }) => putRule(ground, signedIn(), params.name, body));
  http.route(contract.listRules, async ({ query }) => {
    const after = query.cursor === undefined ? null : String(decodeCursor(query.cursor, 1)[0]);
    const filter = { after, team: query.team ?? null, state: query.state ?? null, limit: query.limit + 1 };
    const rows = await rulesAfter(db, filter);
    const items = rows.slice(0, query.limit).map(ruleShape);
    const last = items.at(-1);
    return { items, next: last && rows.length > items.length ? encodeCursor([last.name]) : null };
  });
  http.route(contract.getRule, async ({ params }) => {
    const row = await ruleSeen(db, params.name);
    if (!row) throw noSuchRule(params.name);
    const rule = ruleOf(row.name, row.spec);
    const changes = await changesOf(db, row.name, contract.ruleLimits.changesShown);
    return {
      rule: ruleShape(row),
      groups: (row.last?.groups ?? []).map(({ key, since, ...judged }) => ({
        ...judged,
        group: groupOf(rule, key),
        since: Temporal.Instant.fromEpochMilliseconds(since * 1_000).toString(),
      })),
      changes: changes.map(({ key, at, decided_at, became, reason, words, numbers }) => ({
        at: at.toISOString(),
        decidedAt: decided_at.toISOString(),
        group: groupOf(rule, key),
        became,
        reason,
        words,
        numbers,
      })),
    };
  });
  http.route(contract.deleteRule, async ({ params, signedIn }) => {
    await deleteRule(ground, signedIn(), params.name);
    return undefined;
  });
  http.route(contract.previewRule, ({ body }) => {
    const to = body.to === undefined ? clock.now() : Temporal.Instant.from(body.to);
    return previewRule(ground, { spec: body.spec, days: body.days, to });
  });
};
