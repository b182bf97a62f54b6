import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { plainTest } from '../../domain/policy/plain-pattern.ts';
import { makePattern, patternProblem } from './pattern.ts';

describe('a pattern', () => {
  it.each([
    ['the whole text', 'shop', 'shop/cart', false],
    ['alternatives as a whole', 'a|b', 'ab', false],
    ['alternatives one by one', 'a|b', 'b', true],
    ['an empty text', '', '', true],
    ['nothing but an empty text', '', 'x', false],
    ['no line feed by a dot', '.*', 'a\nb', false],
    ['a line feed by a dot with the flag', '(?s).*', 'a\nb', true],
    ['case, with the flag', '(?i)SHOP', 'shop', true],
    ['a dollar within', 'a$|b', 'a', true],
    ['classes of Unicode', '\\p{Greek}+', 'αβγ', true],
    ['classes of Perl', '\\d+\\s\\w', '12 x', true],
    ['a character beyond the first plane once', '.', '🙂', true],
  ])('matches %s', (_, pattern, text, expected) => {
    expect(makePattern(pattern)(text)).toBe(expected);
    // Again, from memory.
    expect(makePattern(pattern)(text)).toBe(expected);
  });

  it.each([
    ['[a', 'missing closing ]'],
    ['a)', 'unexpected )'],
    ['(?=a)', 'invalid'],
    ['(a)\\1', 'invalid escape'],
    ['a{2000}', 'too large'],
    ['a{2,1}', 'invalid repeat'],
    ['x'.repeat(17_000), 'at most 16384'],
    ['.{0,1000}'.repeat(400), 'too large'],
    ['((a{10}){10}b){100}', 'too large'],
  ])('is refused with words: %s', (pattern, words) => expect(patternProblem(pattern)).toContain(words));

  it('cannot stall anybody', () => {
    const begun = performance.now();
    const text = `${'a'.repeat(4_000)}!`;
    for (const pattern of ['(a+)+', '(a|aa)+', '(a|a?)+', '(.*a){12}', '(a*)*b']) makePattern(pattern)(text);
    // A backtracking engine would need longer than the universe has.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('means the same without an engine where it is plain enough for that', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      'ab',
      '/',
      '-',
      '\\.',
      '\\-',
      '.*',
      '.+',
      '|',
      '\n',
      'é',
      '🙂',
      ' ',
      '_',
      '',
    );
    const text = fc.array(fc.constantFrom('a', 'b', '/', '-', '.', '\n', 'é', '🙂', ' ', '_'), { maxLength: 6 });
    let plain = 0;
    fc.assert(
      fc.property(fc.array(atom, { maxLength: 6 }), text, fc.boolean(), (atoms, characters, grouped) => {
        const pattern = grouped ? `(${atoms.join('')})` : atoms.join('');
        const test = plainTest(pattern);
        if (test === null) return;
        plain += 1;
        const said = characters.join('');
        expect([pattern, said, test(said)]).toEqual([pattern, said, RE2JS.compile(`^(?:${pattern})$`).test(said)]);
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(1_000);
  });

  it('means the same behind what it must begin with', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '/',
      '\\.',
      '.',
      '*',
      '+',
      '?',
      '{0,2}',
      '[ab]',
      '(a)',
      '(?i)',
      '$',
      '^',
      '|',
      '🙂',
    );
    const text = fc.array(fc.constantFrom('a', 'b', 'A', '/', '.', '🙂'), { maxLength: 6 });
    let compared = 0;
    fc.assert(
      fc.property(fc.array(atom, { maxLength: 6 }), text, (atoms, characters) => {
        const pattern = atoms.join('');
        if (patternProblem(pattern) !== null) return;
        compared += 1;
        const said = characters.join('');
        expect([pattern, said, makePattern(pattern)(said)]).toEqual([
          pattern,
          said,
          RE2JS.compile(`^(?:${pattern})$`).test(said),
        ]);
      }),
      { numRuns: 5_000 },
    );
    expect(compared).toBeGreaterThan(1_000);
  });
});
