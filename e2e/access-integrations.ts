import type { AccessRow, Who } from './access-row.ts';

interface Given {
  readonly seen: AccessRow;
  readonly owners: readonly Who[];
  readonly crewStands: readonly [string, string, unknown];
  readonly unknownId: string;
}

const integration = { kind: 'json', team: 'payments' };
const stands = ['PUT', '/api/v1/integrations/walked', integration] as const;

const silence = { match: ['alertname="LeadlineTest"'], duration: 'PT1H', why: 'The walk comes by' };
const testsAreSilenced = ['PUT', '/api/v1/silences/walked-tests', silence] as const;

/** Rows of the access walk for integrations: editors of their team change and test them, its responders look at what came. */
export const integrationRows = ({ seen, owners, crewStands, unknownId }: Given): Record<string, AccessRow> => {
  const walked = { params: { name: 'walked' }, before: [crewStands, stands] };
  const responders: readonly Who[] = ['responder', ...owners];
  return {
    'GET /api/v1/integrations': seen,
    'POST /api/v1/integrations': {
      may: owners,
      body: { ...integration, name: 'walked' },
      before: [crewStands, stands],
    },
    'POST /api/v1/integrations/try-mapping': {
      ...seen,
      body: { mapping: '{"summary": title}', sample: { title: 'Full' } },
    },
    'GET /api/v1/integrations/{name}': { ...seen, ...walked },
    'PUT /api/v1/integrations/{name}': { may: owners, ...walked, body: integration },
    'DELETE /api/v1/integrations/{name}': { may: owners, ...walked },
    'POST /api/v1/integrations/{name}/keys': { may: owners, ...walked, body: { overlap: 'PT0S' } },
    'DELETE /api/v1/integrations/{name}/keys/{key}': {
      may: owners,
      params: { name: 'walked', key: unknownId },
      before: [crewStands, stands],
    },
    'GET /api/v1/integrations/{name}/payloads': { may: responders, ...walked },
    'GET /api/v1/integrations/{name}/payloads/{id}': {
      may: responders,
      params: { name: 'walked', id: unknownId },
      before: [crewStands, stands],
    },
    'POST /api/v1/integrations/{name}/payloads/{id}/replay': {
      may: owners,
      params: { name: 'walked', id: unknownId },
      before: [crewStands, stands],
    },
    // Silenced, so that each test is decided at once: one that joins the page of the test before is counted only later.
    'POST /api/v1/integrations/{name}/test': {
      may: owners,
      params: { name: 'walked' },
      body: {},
      before: [crewStands, stands, testsAreSilenced],
    },
  };
};
