import { describe, expect, it } from 'vitest';
import { nextPath } from './next-path.ts';

describe('After signing in one comes only to screens of ours', () => {
  it.each([
    ['/services?env=prod', '/services?env=prod'],
    ['https://evil.example/', '/'],
    ['//evil.example/', '/'],
    ['/\\evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['/sign-in?next=/sign-in', '/'],
    [undefined, '/'],
    [['/a', '/b'], '/'],
  ])('%s → %s', (wanted, path) => expect(nextPath(wanted)).toBe(path));
});
