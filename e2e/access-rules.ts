import type { AccessRow, Who } from './access-row.ts';

interface Given {
  readonly seen: AccessRow;
  readonly owners: readonly Who[];
  readonly crewStands: readonly [string, string, unknown];
}

const spec = {
  team: 'payments',
  measure: { metric: { name: 'walked', aggregate: 'avg' } },
  fire: { op: '>', value: 1 },
};
const ruleStands = ['PUT', '/api/v1/alert-rules/walked', { spec }] as const;

/** Rows of the access walk for alert rules: a team's are its editors'. */
export const ruleRows = ({ seen, owners, crewStands }: Given): Record<string, AccessRow> => {
  const params = { name: 'walked' };
  const before = [crewStands, ruleStands];
  return {
    'GET /api/v1/alert-rules': seen,
    'GET /api/v1/alert-rules/{name}': { ...seen, params, before },
    'PUT /api/v1/alert-rules/{name}': { may: owners, params, body: { spec }, before },
    'DELETE /api/v1/alert-rules/{name}': { may: owners, params, before },
    'POST /api/v1/alert-rules/preview': { ...seen, body: { spec, days: 1 } },
  };
};
