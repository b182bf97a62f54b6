import type { MessageContent, OutgoingMessage } from './server/public.ts';

/** What a page says; overrides replace whole fields. */
export const aContent = (overrides: Partial<MessageContent> = {}): MessageContent => ({
  subject: 'Checkout burns its budget',
  text: 'Checkout burns its budget 14 times too fast since 02:51.',
  lines: [
    { label: 'Service', value: 'shop/checkout' },
    { label: 'Since', value: '02:51' },
  ],
  link: { label: 'Open the page', url: 'https://leadline.example.org/pages/1' },
  actions: [
    { id: 'acknowledge', label: 'Acknowledge', url: 'https://leadline.example.org/do/a1' },
    { id: 'resolve', label: 'Resolve', url: 'https://leadline.example.org/do/r1' },
  ],
  replyToken: 'page.k3v9x2m1',
  ...overrides,
});

/** A page on its way to one person. */
export const aMessage = (overrides: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  key: 'page-1-step-0-p1-hook',
  channel: 'web-push',
  address: 'https://push.example.org/one',
  urgency: 'high',
  about: 'page:1',
  content: aContent(),
  expiresAt: null,
  ...overrides,
});
