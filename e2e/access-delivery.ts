import type { AccessRow, Who } from './access-row.ts';

interface Given {
  readonly admins: readonly Who[];
  readonly signedIn: readonly Who[];
}

const provider = { channel: 'webhook', kind: 'webhook' };

/** Rows of the access walk for delivery: providers, their keys and what left is for admins alone. */
export const deliveryRows = ({ admins, signedIn }: Given): Record<string, AccessRow> => ({
  'GET /api/v1/delivery/providers': { may: admins },
  'GET /api/v1/delivery/providers/{name}': { may: admins, params: { name: 'built-in-webhook' } },
  'PUT /api/v1/delivery/providers/{name}': { may: admins, params: { name: 'walked' }, body: provider },
  'DELETE /api/v1/delivery/providers/{name}': {
    may: admins,
    params: { name: 'walked' },
    before: [['PUT', '/api/v1/delivery/providers/walked', provider]],
  },
  'POST /api/v1/delivery/providers/{name}/test': {
    may: admins,
    params: { name: 'walked' },
    body: { address: 'http://127.0.0.1:9/nobody' },
    before: [['PUT', '/api/v1/delivery/providers/walked', provider]],
  },
  'GET /api/v1/delivery/messages': { may: admins },
  // What browsers are subscribed with: no secret, but nobody's business outside.
  'GET /api/v1/delivery/web-push-key': { may: signedIn },
});
