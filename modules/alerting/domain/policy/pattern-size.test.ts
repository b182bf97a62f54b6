import { expect, it } from 'vitest';
import { repeatedSteps } from './pattern-size.ts';

it.each([
  ['abc', 0],
  ['a{3}', 2],
  ['a{2,5}b', 4],
  ['a{4,}', 3],
  ['(ab){3}', 4],
  ['((ab){10}c){10}', 207],
  ['[a-z{9}]{4}', 3],
  ['[]{9}]{4}', 3],
  ['[[:alpha:]]{4}', 3],
  ['\\{9}', 0],
  ['\\d{4}\\p{Greek}{2}', 4],
  ['(\\Q)\\Ea){3}', 12],
  ['(a|b){5}', 8],
  ['a{0}', 0],
  ['(abc)(?i){5}', 12],
  ['.{0,1000}'.repeat(400), 399_600],
  [')){3}', 0],
  ['{3}', 0],
])('%s adds %i steps', (pattern, steps) => expect(repeatedSteps(pattern)).toBe(steps));
