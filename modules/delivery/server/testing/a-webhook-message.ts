import { randomUUID } from 'node:crypto';
import type { OutgoingMessage } from '../public.ts';

/** A short message to a webhook, under a key of its own. */
export const aWebhookMessage = ({
  content,
  ...overrides
}: Partial<Omit<OutgoingMessage, 'content'>> & {
  content?: Partial<OutgoingMessage['content']>;
} = {}): OutgoingMessage => ({
  key: `k-${randomUUID()}`,
  channel: 'webhook',
  address: 'http://127.0.0.1:9/nobody',
  urgency: 'high',
  about: 'page:0198c1de-0000-7000-8000-000000000001',
  expiresAt: null,
  ...overrides,
  content: { subject: 'Checkout fails', text: 'Half of all requests to shop/checkout fail since 03:12.', ...content },
});
