import type { MessageContent, OutgoingMessage } from '../public.ts';

/** What a page at 3 a.m. says, with everything that a channel can show. */
export const aPageContent = (given: Partial<MessageContent> = {}): MessageContent => ({
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
  spoken: 'Leadline. Checkout burns its budget.',
  replyToken: 'page.k3v9x2m1',
  ...given,
});

/** That page on its way, urgent. */
export const aPageMessage = (given: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  key: 'page-1-step-0-p1-hook',
  channel: 'webhook',
  address: 'http://127.0.0.1:9/p1',
  urgency: 'high',
  about: 'page:1',
  content: aPageContent(),
  expiresAt: null,
  ...given,
});
