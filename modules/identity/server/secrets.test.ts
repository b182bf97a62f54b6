import { mkdtempSync, readFileSync, rmSync, statSync, chmodSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../../platform/config/settings.ts';
import { createSecrets, secretKey } from './secrets.ts';

const data = mkdtempSync(join(tmpdir(), 'leadline-secrets-'));
afterAll(() => rmSync(data, { recursive: true }));
const configuration = (values: object) => ({ values: { data, ...values } }) as unknown as Configuration;

describe('What Leadline must read again lies encrypted', () => {
  it('makes the key once, for its owner alone, and narrows a widened mode', () => {
    const key = secretKey(configuration({}));
    expect(secretKey(configuration({}))).toEqual(key);
    expect(readdirSync(data)).toEqual(['secret.key']);
    chmodSync(join(data, 'secret.key'), 0o644);
    secretKey(configuration({}));
    expect(statSync(join(data, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(data, 'secret.key'), 'utf8').trim()).toHaveLength(44);
  });

  it('reads back only under the same place and the same key', () => {
    const secrets = createSecrets(secretKey(configuration({})));
    const encrypted = secrets.encrypt('JBSWY3DPEHPK3PXP', 'totp:1');
    expect(encrypted.includes('JBSWY3DPEHPK3PXP')).toBe(false);
    expect(secrets.decrypt(encrypted, 'totp:1')).toBe('JBSWY3DPEHPK3PXP');
    expect(secrets.encrypt('JBSWY3DPEHPK3PXP', 'totp:1')).not.toEqual(encrypted);
    expect(() => secrets.decrypt(encrypted, 'totp:2')).toThrow(/cannot be decrypted/);
    const others = createSecrets(secretKey(configuration({ secretKey: 'another key, long enough' })));
    expect(() => others.decrypt(encrypted, 'totp:1')).toThrow(/cannot be decrypted/);
    encrypted[40] = encrypted[40]! ^ 1;
    expect(() => secrets.decrypt(encrypted, 'totp:1')).toThrow(/cannot be decrypted/);
  });
});
