import type { Alert, AlertGroup } from '../../contract/alerts.ts';

/** An alert that fires and of which a page was raised. */
export const anAlert = (given: Partial<Alert> = {}): Alert => ({
  id: '018f0000-0000-7000-8000-0000000000a1',
  source: 'prometheus',
  kind: 'alertmanager',
  fingerprint: '0f3c1a5be2d94c77',
  dedupKey: '0f3c1a5be2d94c77',
  status: 'firing',
  suppressed: null,
  severity: 'critical',
  summary: 'Checkout fails for one in ten customers',
  labels: { alertname: 'CheckoutErrors', service: 'shop/checkout', severity: 'critical', instance: 'a-1' },
  annotations: { summary: 'Checkout fails for one in ten customers', runbook_url: 'https://runbooks.example/checkout' },
  links: [{ label: 'Prometheus', url: 'https://prometheus.example/graph' }],
  service: 'shop/checkout',
  startsAt: '2026-11-23T03:00:00.000Z',
  endsAt: null,
  receivedAt: '2026-11-23T03:00:01.000Z',
  updatedAt: '2026-11-23T03:00:01.000Z',
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  group: '018f0000-0000-7000-8000-0000000000b1',
  decisions: [
    {
      at: '2026-11-23T03:00:01.500Z',
      decision: 'notified',
      reason: 'No route took it. Goes to payments: it owns shop/checkout.',
      group: '018f0000-0000-7000-8000-0000000000b1',
      page: '018f0000-0000-7000-8000-0000000000c1',
    },
  ],
  pages: ['018f0000-0000-7000-8000-0000000000c1'],
  ...given,
});

/** The group of that alert. */
export const aGroup = (given: Partial<AlertGroup> = {}): AlertGroup => ({
  id: '018f0000-0000-7000-8000-0000000000b1',
  route: 'owner',
  reason: 'No route took it',
  labels: { alertname: 'CheckoutErrors', service: 'shop/checkout' },
  urgency: 'high',
  targets: ['team:payments'],
  service: 'shop/checkout',
  state: 'open',
  openedAt: '2026-11-23T03:00:01.000Z',
  closedAt: null,
  toldAt: '2026-11-23T03:00:01.500Z',
  dueAt: null,
  counts: { firing: 3, acknowledged: 0, resolved: 1, suppressed: 0 },
  pages: ['018f0000-0000-7000-8000-0000000000c1'],
  ...given,
});
