import { z } from 'zod';
import type { PushKeys } from './encrypt.ts';

const shape = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(2_000),
  keys: z.object({ p256dh: z.string().max(200), auth: z.string().max(100) }),
});

export interface Subscription {
  readonly endpoint: string;
  readonly keys: PushKeys;
}

/** A browser's subscription as `JSON.stringify(subscription)` gives it; a sentence where it is none. */
export const readSubscription = (address: string): Subscription | string => {
  let value: unknown;
  try {
    value = JSON.parse(address);
  } catch {
    return 'This is not the subscription of a browser. Open Leadline on the device and turn notifications on there.';
  }
  const parsed = shape.safeParse(value);
  if (!parsed.success) return 'This subscription has no endpoint and keys. Turn notifications on again on the device.';
  const p256dh = Buffer.from(parsed.data.keys.p256dh, 'base64url');
  const auth = Buffer.from(parsed.data.keys.auth, 'base64url');
  if (p256dh.length !== 65 || p256dh[0] !== 4 || auth.length !== 16)
    return 'The keys of this subscription are broken. Turn notifications on again on the device.';
  return { endpoint: parsed.data.endpoint, keys: { p256dh, auth } };
};
