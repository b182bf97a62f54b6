import { describe, expect, it } from 'vitest';
import { matchPress, nameOfPress } from './key-sequence.ts';

const wanted = new Set(['g s', 'g t', 'j', 'mod+k', '?', 's']);

describe('keys do what the help says', () => {
  it.each([
    ['a single key', '', 'j', { kind: 'run', keys: 'j' }],
    ['the beginning of a jump', '', 'g', { kind: 'wait', typed: 'g' }],
    ['a finished jump', 'g', 's', { kind: 'run', keys: 'g s' }],
    ['a jump begun again', 'g', 'g', { kind: 'wait', typed: 'g' }],
    ['another key after an unfinished jump', 'g', 'j', { kind: 'run', keys: 'j' }],
    ['a key nobody wants', '', 'z', { kind: 'none' }],
    ['the palette', '', 'mod+k', { kind: 'run', keys: 'mod+k' }],
  ])('%s', (_, typed, press, expected) => {
    expect(matchPress({ typed, press, wanted })).toEqual(expected);
  });

  it('names space and capital letters plainly', () => {
    expect(nameOfPress({ key: ' ', mod: false, alt: false })).toBe('space');
    expect(nameOfPress({ key: 'K', mod: true, alt: false })).toBe('mod+k');
  });
});
