import { describe, expect, it } from 'vitest';
import { durationBounds } from './duration-bounds.ts';

describe('the bounds of a duration say what is wrong with them, where', () => {
  it.each([
    ['none', '', '', undefined, undefined, null],
    ['both', '10', '20.5', 10, 20.5, null],
    ['equal', '0', '0', 0, 0, null],
    ['a negative one', '-1', '20', undefined, 20, 'min'],
    ['no number', '1', 'long', 1, undefined, 'max'],
    ['turned round', '30', '20', 30, 20, 'max'],
  ] as const)('%s', (_name, min, max, minDurationMs, maxDurationMs, at) => {
    const bounds = durationBounds({ min, max });
    expect(bounds).toMatchObject({ minDurationMs, maxDurationMs, at });
    expect(bounds.fault === '').toBe(at === null);
  });
});
