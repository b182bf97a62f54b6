import type { Page, PageWhole } from '../../contract/pages.ts';

type Step = Page['steps'][number];

/** One owed message, as the API tells it: handed over and accepted. */
export const anOwedStep = (given: Partial<Step> = {}): Step => ({
  step: 1,
  round: 1,
  person: 'grace',
  contactMethod: 'mail',
  channel: 'email',
  owedAt: '2026-11-23T03:10:00.000Z',
  state: 'handed',
  kind: 'page',
  why: 'on call in payments',
  attempts: [
    {
      channel: 'email',
      provider: 'smtp',
      at: '2026-11-23T03:10:01.000Z',
      result: 'accepted',
      status: 250,
      detail: null,
      receiptAt: null,
      idempotencyKey: '5a0c2d3e-0000-5000-8000-000000000000',
    },
  ],
  ...given,
});

/** A page that grace was told of a moment ago and nobody has answered. */
export const aPage = (given: Partial<PageWhole> = {}): PageWhole => ({
  id: '018f0000-0000-7000-8000-000000000000',
  summary: 'Payments fail for every card',
  urgency: 'high',
  state: 'triggered',
  policy: 'payments',
  team: 'payments',
  person: null,
  service: null,
  source: 'api',
  dedupKey: null,
  times: 1,
  raisedAt: '2026-11-23T03:10:00.000Z',
  raisedBy: 'ada',
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  resolvedBy: null,
  snoozedUntil: null,
  unansweredAt: null,
  nextStepAt: '2026-11-23T03:15:00.000Z',
  steps: [anOwedStep()],
  details: '',
  link: null,
  plan: {
    title: null,
    team: 'payments',
    steps: [
      { after: 'PT0S', notify: [{ schedule: 'payments' }], roundRobin: false, when: {} },
      { after: 'PT5M', notify: [{ next: 'payments' }], roundRobin: false, when: {} },
    ],
    repeat: 1,
    lowUrgency: 'working-hours',
    otherwise: { after: 'PT5M', notify: [] },
    tellResolved: false,
  },
  afterLast: 'After the last step of round 2 and 5 min more the page says that nobody answered.',
  timeline: [
    { at: '2026-11-23T03:10:00.000Z', what: 'raised', text: 'Raised by ada: Payments fail', by: 'ada', data: {} },
    { at: '2026-11-23T03:10:00.500Z', what: 'step', text: 'Step 1 tells grace by mail.', by: null, data: {} },
  ],
  ...given,
});
