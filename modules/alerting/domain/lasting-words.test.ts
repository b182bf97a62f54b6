import { expect, it } from 'vitest';
import { lastingWords } from './lasting-words.ts';

it.each([
  [14_400, '4 hours'],
  [3_600, '1 hour'],
  [5_400, '90 minutes'],
  [86_400, '1 day'],
  [45, '45 seconds'],
  [1, '1 second'],
  [61, '61 seconds'],
  [0, '0 seconds'],
])('%d s are %s', (seconds, words) => expect(lastingWords(seconds)).toBe(words));
