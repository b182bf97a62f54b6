import { describe, expect, it } from 'vitest';
import { parseTimeRange, rangeQuery, resolveRange, stepSecondsFor, rangeOfFields } from './time-range.ts';

describe('a link shows the same stretch of time to whoever opens it', () => {
  it('reads and writes an absolute range without change', () => {
    const query = { from: '2026-11-22T10:00:00.000Z', to: '2026-11-22T11:30:00.000Z' };
    expect(rangeQuery(parseTimeRange(query))).toEqual({ ...query, range: undefined });
  });

  it.each([
    ['nothing', {}, 3_600],
    ['six hours', { range: '6h' }, 21_600],
    ['a range nobody offers', { range: '45m' }, 2_700],
    ['nonsense', { range: 'yesterday' }, 3_600],
    ['zero', { range: '0h' }, 3_600],
    ['half of an absolute range', { from: '2026-11-22T10:00:00Z' }, 3_600],
    ['a range that runs backwards', { from: '2026-11-22T10:00:00Z', to: '2026-11-22T09:00:00Z' }, 3_600],
    ['ten years', { range: '520w' }, 3_600],
  ])('understands %s', (_, query, seconds) => {
    expect(parseTimeRange(query)).toMatchObject({ kind: 'relative', seconds });
  });

  it('moves a relative range by whole steps', () => {
    const range = parseTimeRange({ range: '1h' });
    const nowMs = Date.parse('2026-11-22T10:00:03Z');
    expect(resolveRange(range, nowMs)).toEqual({
      fromMs: Date.parse('2026-11-22T09:00:10Z'),
      toMs: Date.parse('2026-11-22T10:00:10Z'),
    });
    expect(resolveRange(range, nowMs + 6_000)).toEqual(resolveRange(range, nowMs));
  });

  it.each([
    [900, 10],
    [3_600, 10],
    [21_600, 60],
    [86_400, 300],
    [604_800, 1_800],
    [2_592_000, 7_200],
  ])('draws %i seconds in steps of %i', (length, step) => {
    expect(stepSecondsFor(length)).toBe(step);
  });
});

describe('two fields name a range, or the field that is wrong', () => {
  const at = '2026-11-22T10:00:00';
  it.each([
    ['nothing in one', { from: '', to: at }, { from: 'Give a day and a time.' }],
    ['nothing in both', { from: '', to: '' }, { from: 'Give a day and a time.', to: 'Give a day and a time.' }],
    ['no time between', { from: at, to: at }, { to: 'The end must be later than the beginning.' }],
    ['too long', { from: '2025-01-01T00:00', to: at }, { from: 'At most 400 days can be shown at once.' }],
  ])('%s', (_name, fields, faults) => expect(rangeOfFields(fields)).toEqual({ faults }));

  it('an hour', () =>
    expect(rangeOfFields({ from: at, to: '2026-11-22T11:00:00' })).toEqual({
      range: { kind: 'absolute', fromMs: new Date(at).getTime(), toMs: new Date(at).getTime() + 3_600_000 },
    }));
});
