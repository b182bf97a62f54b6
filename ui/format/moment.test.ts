import { describe, expect, it } from 'vitest';
import { formatAgo, formatTime, formatTimeMs, isoOf } from './moment.ts';

describe('a moment reads plainly', () => {
  const now = new Date(2026, 10, 22, 14, 30, 0);

  it('leaves the day out when it is today', () => {
    expect(formatTime(new Date(2026, 10, 22, 14, 2, 11), now)).toBe('14:02:11');
    expect(formatTime(new Date(2026, 10, 21, 14, 2, 11), now)).toBe('21 Nov 14:02:11');
  });

  it('shows milliseconds for what has them', () => {
    expect(formatTimeMs(new Date(2026, 10, 22, 14, 2, 11, 7), now)).toBe('14:02:11.007');
  });

  it.each([
    [1, 'just now'],
    [8, '8 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3_599, '59 min ago'],
    [7_200, '2 h ago'],
    [172_800, '2 d ago'],
    [-5, 'just now'],
  ])('%i seconds ago reads %s', (seconds, expected) => {
    expect(formatAgo(now.getTime() - seconds * 1_000, now.getTime())).toBe(expected);
  });

  it('writes nothing for what is no time', () => expect(isoOf('soon')).toBe(''));
});
