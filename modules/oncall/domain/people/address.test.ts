import { expect, it } from 'vitest';
import { addressFault } from './address.ts';
import type { Channel } from './rules.ts';

const subscription = JSON.stringify({ endpoint: 'https://push.example/x', keys: { p256dh: 'BA', auth: 'aa' } });

it.each<[Channel, string, boolean]>([
  ['email', 'p1@example.org', true],
  ['email', 'p1', false],
  ['sms', '+4915112345678', true],
  ['voice', '0151 12345', false],
  ['webhook', 'http://127.0.0.1:9000/p1', true],
  ['webhook', 'file:///etc/passwd', false],
  ['ntfy', 'https://ntfy.example/topic', true],
  ['teams', 'javascript:alert(1)', false],
  ['web-push', subscription, true],
  ['web-push', 'https://push.example/x', false],
  ['web-push', '{"endpoint":"https://push.example/x"}', false],
  ['slack', 'U012AB3CD', true],
])('%s takes %j: %s', (channel, address, fits) => expect(addressFault(channel, address) === null).toBe(fits));
