import { describe, expect, it } from 'vitest';
import { hashPassword, passwordMatches } from './password-hash.ts';

describe('A password is kept as argon2id', () => {
  it('matches itself, however its letters were composed, and nothing else', async () => {
    const stored = await hashPassword('Brücke am Hafen');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await passwordMatches('Bru\u0308cke am Hafen', stored)).toBe(true);
    expect(await passwordMatches('Bruecke am Hafen', stored)).toBe(false);
  });

  it('works as long for nobody', async () => {
    expect(await passwordMatches('anything', null)).toBe(false);
  });

  it('agrees with the reference implementation (argon2 of Debian: -id -t 2 -k 19456 -p 1 -l 32)', async () => {
    expect(await passwordMatches('password', referenceHash)).toBe(true);
  });
});

const referenceHash =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQxNmJ5dGVzIQ$tPXA8KRaMxUDqoVFOkz5qceiysamiMSLxBrcC5sAtmo';
