import { sql, type RawBuilder } from 'kysely';
import type { OpsgenieQuery } from '../../domain/sources/opsgenie-query.ts';
import type { OpsgenieCondition, Ordered, TextField } from '../../domain/sources/opsgenie-query-fields.ts';

type Fragment = RawBuilder<unknown>;

/** A search as a condition over `alerting.alert a` and `alerting.opsgenie_alert o`. */
export const searchCondition = (query: OpsgenieQuery, integrationName: string): Fragment => {
  const of = (each: OpsgenieQuery): Fragment => searchCondition(each, integrationName);
  if ('all' in query) return query.all.length === 0 ? sql`true` : sql`(${sql.join(query.all.map(of), sql` AND `)})`;
  if ('any' in query) return sql`(${sql.join(query.any.map(of), sql` OR `)})`;
  // What nothing is said of is not what was asked for, and so is found by NOT.
  if ('not' in query) return sql`(${of(query.not)}) IS NOT TRUE`;
  return conditionSql(query, integrationName);
};

const conditionSql = (condition: OpsgenieCondition, integrationName: string): Fragment => {
  switch (condition.field) {
    case 'status':
      return condition.value === 'open' ? sql`a.status <> 'resolved'` : sql`a.status = 'resolved'`;
    case 'acknowledged':
      return sql`(a.acknowledged_at IS NOT NULL) = ${condition.value}`;
    case 'snoozed':
      return sql`((a.status <> 'resolved' AND o.snoozed_until > ground.now()) IS TRUE) = ${condition.value}`;
    case 'count':
      return sql`greatest(o.count, 1) ${orders[condition.is]} ${condition.value}`;
    case 'createdAt':
    case 'updatedAt':
    case 'lastOccurredAt':
    case 'snoozedUntil':
      return sql`${times[condition.field]} ${orders[condition.is]} ${condition.value.toString()}::timestamptz`;
    case 'detail': {
      const value = sql`o.said->'details'->>${condition.name}`;
      return textSql(value, condition.is, condition.value);
    }
    case 'any': {
      const { is, value } = condition;
      const anywhere = [texts.message, texts.description, sql`o.said->>'tags'`];
      return sql`(${sql.join(
        anywhere.map((each) => textSql(each, is, value)),
        sql` OR `,
      )})`;
    }
    case 'integration':
      return textSql(sql`${integrationName}::text`, condition.is, condition.value);
    default: {
      const { field, is, value } = condition;
      return field in lists
        ? listSql(lists[field as keyof typeof lists], is, value)
        : textSql(texts[field as keyof typeof texts], is, value);
    }
  }
};

const orders: Readonly<Record<Ordered, Fragment>> = {
  '=': sql`=`,
  '<': sql`<`,
  '>': sql`>`,
  '<=': sql`<=`,
  '>=': sql`>=`,
};
const times = {
  createdAt: sql`a.received_at`,
  updatedAt: sql`a.changed_at`,
  lastOccurredAt: sql`o.last_at`,
  snoozedUntil: sql`o.snoozed_until`,
} as const;
const texts = {
  id: sql`a.id::text`,
  tinyId: sql`o.tiny_id::text`,
  alias: sql`a.dedup_key`,
  message: sql`a.summary`,
  description: sql`o.said->>'description'`,
  entity: sql`o.said->>'entity'`,
  source: sql`o.said->>'source'`,
  owner: sql`coalesce(o.owner, a.acknowledged_by)`,
  acknowledgedBy: sql`a.acknowledged_by`,
  closedBy: sql`a.resolved_by`,
  priority: sql`coalesce(o.said->>'priority', 'P3')`,
} as const satisfies Partial<Record<TextField, Fragment>>;

/** Each as rows of one column `value`. */
const responders = sql`SELECT coalesce(r->>'name', r->>'username', r->>'id') AS value, r->>'type' AS type
  FROM jsonb_array_elements(coalesce(o.said->'responders', '[]')) r`;
const lists = {
  tag: sql`SELECT value FROM jsonb_array_elements_text(coalesce(o.said->'tags', '[]'))`,
  action: sql`SELECT value FROM jsonb_array_elements_text(coalesce(o.said->'actions', '[]'))`,
  team: sql`SELECT value FROM (${responders}) named WHERE type = 'team'`,
  responder: sql`SELECT value FROM (${responders}) named`,
  detailKey: sql`SELECT key AS value FROM jsonb_each_text(coalesce(o.said->'details', '{}'))`,
  detailValue: sql`SELECT value FROM jsonb_each_text(coalesce(o.said->'details', '{}'))`,
} as const satisfies Partial<Record<TextField, Fragment>>;

type How = 'equal' | 'contains' | 'starts';

const listSql = (rows: Fragment, how: How, value: string | null): Fragment =>
  value === null
    ? sql`NOT EXISTS (${rows})`
    : sql`EXISTS (SELECT 1 FROM (${rows}) each WHERE ${textSql(sql`each.value`, how, value)})`;

const textSql = (text: Fragment, how: How, value: string | null): Fragment => {
  if (value === null) return sql`coalesce(${text}, '') = ''`;
  if (how === 'equal') return sql`${text} = ${value}`;
  const like = value.replaceAll(/[\\%_]/gu, '\\$&');
  return sql`${text} ILIKE ${how === 'contains' ? `%${like}%` : `${like}%`}`;
};
