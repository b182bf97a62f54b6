import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeVapidKeys, vapidAuthorization } from './vapid.ts';

/** What a push service does with the header, by RFC 8292 and nothing of ours. */
const readByThePushService = (header: string) => {
  const [, token, key] = /^vapid t=([\w-]+\.[\w-]+\.[\w-]+), k=([\w-]+)$/.exec(header) ?? [];
  const point = Buffer.from(key!, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const [head, body, signature] = token!.split('.');
  const good = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature!, 'base64url'),
  );
  const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  return { good, head: json(head!), body: json(body!) };
};

describe('We say who we are to a push service (RFC 8292)', () => {
  it('the reader that checks us takes the example of section 2.4', () => {
    const read = readByThePushService(
      'vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, ' +
        'k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs',
    );
    expect(read).toEqual({
      good: true,
      head: { typ: 'JWT', alg: 'ES256' },
      body: { aud: 'https://push.example.net', exp: 1453523768, sub: 'mailto:push@example.com' },
    });
  });

  it('and so it takes ours: for its origin, half a day long, with whom to write to', async () => {
    const header = await vapidAuthorization(makeVapidKeys(), {
      endpoint: 'https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV',
      contact: 'mailto:push@example.com',
      now: Temporal.Instant.from('2016-01-22T16:36:08Z'),
    });
    expect(readByThePushService(header)).toEqual({
      good: true,
      head: { typ: 'JWT', alg: 'ES256' },
      body: { aud: 'https://push.example.net', exp: 1453480568 + 12 * 3_600, sub: 'mailto:push@example.com' },
    });
  });
});
