import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';

/** What a page hands to `pushManager.subscribe`: a browser's subscription is bound to it (RFC 8292 section 4). */
export const readPushKey = route({
  method: 'GET',
  path: '/api/v1/delivery/web-push-key',
  summary: 'The public key that browsers bind their push subscriptions to',
  access: signedIn,
  answer: z.object({ publicKey: z.string() }),
});
