import { describe, expect, it } from 'vitest';
import { timeFault, titleOf } from './announce.ts';

const at = (text: string) => Temporal.Instant.from(text);
const now = at('2026-11-22T12:00:00Z');
const bounds = { aheadHours: 24, behindDays: 30 };

describe('the times of a change', () => {
  const cases = [
    { name: 'one that starts now and has no end', started: '2026-11-22T12:00:00Z', ended: null, fault: null },
    {
      name: 'one that ended in the moment it started',
      started: '2026-11-22T12:00:00Z',
      ended: '2026-11-22T12:00:00Z',
      fault: null,
    },
    {
      name: 'one that ends before it starts',
      started: '2026-11-22T12:00:00Z',
      ended: '2026-11-22T11:59:59.999Z',
      fault: 'ends-before-it-starts',
    },
    { name: 'one exactly at the bound ahead', started: '2026-11-23T12:00:00Z', ended: null, fault: null },
    { name: 'one a millisecond beyond it', started: '2026-11-23T12:00:00.001Z', ended: null, fault: 'too-far-ahead' },
    { name: 'one exactly at the bound behind', started: '2026-10-23T12:00:00Z', ended: null, fault: null },
    { name: 'one a millisecond before it', started: '2026-10-23T11:59:59.999Z', ended: null, fault: 'too-long-ago' },
  ] as const;
  it.each(cases)('$name', ({ started, ended, fault }) => {
    expect(timeFault({ startedAt: at(started), endedAt: ended && at(ended) }, now, bounds)).toBe(fault);
  });
});

describe('the title of a change that got none', () => {
  it('names what it is and its version', () => {
    expect(titleOf('deploy', '1.4.2')).toBe('Deploy of 1.4.2');
    expect(titleOf('migration', null)).toBe('Migration');
  });
});
