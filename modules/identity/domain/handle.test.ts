import { describe, expect, it } from 'vitest';
import { handleFrom, handlePattern } from './handle.ts';

describe('A person gets a short word that files and URLs can use', () => {
  it.each([
    ['Mira Ökafor', 'mira.okafor'],
    ['mira+test@harbour', 'mira.test.harbour'],
    ['  --Jonas--  ', 'jonas'],
    ['日本', 'person'],
    ['x'.repeat(200), 'x'.repeat(56)],
  ])('%s → %s', (text, handle) => {
    expect(handleFrom(text, () => false)).toBe(handle);
    expect(handle).toMatch(handlePattern);
  });

  it('counts on where the word is taken', () => {
    const taken = new Set(['mira', 'mira-2']);
    expect(handleFrom('Mira', (each) => taken.has(each))).toBe('mira-3');
  });
});
