import { describe, expect, it } from 'vitest';
import { createLinks } from './links.ts';

const links = createLinks(Buffer.alloc(32, 7));
const id = '018f0000-0000-7000-8000-00000000abcd';
const expiresAt = Temporal.Instant.from('2026-11-24T00:00:00Z');

describe('a link says what it is for, and nobody else can make one', () => {
  it('reads back purpose, notification and expiry, and is short enough for an SMS', () => {
    const token = links.sign('resolve', id, expiresAt);
    expect(token.length).toBeLessThanOrEqual(52);
    expect(links.read(token)).toMatchObject({ purpose: 'resolve', notification: id, expiresAt });
  });

  it('refuses every other bit, another key, and what is no link at all', () => {
    const token = links.sign('acknowledge', id, expiresAt);
    const raw = Buffer.from(token, 'base64url');
    for (let bit = 0; bit < raw.length * 8; bit += 1) {
      const other = Buffer.from(raw);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(links.read(other.toString('base64url'))).toBeNull();
    }
    expect(createLinks(Buffer.alloc(32, 8)).read(token)).toBeNull();
    for (const text of ['', 'x', token.slice(1), `${token}A`, '../../etc/passwd']) expect(links.read(text)).toBeNull();
  });

  it('makes reply tokens that an e-mail address can hold', () => {
    const token = links.replyToken(id);
    expect(token).toMatch(/^page\.[a-z2-7]+$/);
    expect(token.length).toBeLessThanOrEqual(50);
    expect(links.readReplyToken(token)).toBe(id);
    expect(links.readReplyToken(`${token.slice(0, -2)}aa`)).toBeNull();
    expect(links.readReplyToken('page.')).toBeNull();
    // A link of one kind is none of the other.
    expect(links.readReplyToken(links.sign('show', id, expiresAt))).toBeNull();
  });
});
