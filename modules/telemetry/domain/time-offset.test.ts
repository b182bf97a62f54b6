import { describe, expect, it } from 'vitest';
import { msBetween } from './time-offset.ts';

describe('spans stand where they began, to the microsecond', () => {
  it.each([
    ['2026-11-22T10:00:00.000000000Z', '2026-11-22T10:00:00.000040000Z', 0.04],
    ['2026-11-22T10:00:00.999Z', '2026-11-22T10:00:01.001000000Z', 2],
    ['2026-11-22T10:00:00Z', '2026-11-22T11:00:00.5+01:00', 500],
    ['2026-11-22T10:00:01Z', '2026-11-22T10:00:00Z', -1_000],
  ])('%s → %s is %s ms', (from, to, ms) => expect(msBetween(from, to)).toBeCloseTo(ms, 6));
});
