import { describe, expect, it } from 'vitest';
import { sparkPath } from './spark-path.ts';

const box = { width: 104, height: 24 };

describe('a sparkline shows what was seen', () => {
  it('draws from zero to the greatest value', () => {
    expect(sparkPath({ values: [0, 5, 10], ...box })).toEqual({
      line: 'M2 22L52 12L102 2',
      area: 'M2 24L2 22L52 12L102 2L102 24Z',
      end: { x: 102, y: 2 },
      zero: null,
    });
  });

  it('breaks the line where nothing was seen', () => {
    expect(sparkPath({ values: [10, null, 10, 10], ...box }).line).toBe('M2 2M68.7 2L102 2');
  });

  it('draws nothing for nothing', () => {
    expect(sparkPath({ values: [null, null], ...box })).toEqual({ line: '', area: '', end: null, zero: null });
  });

  it('keeps a constant zero at the bottom', () => {
    expect(sparkPath({ values: [0, 0], ...box }).line).toBe('M2 22L102 22');
  });

  it('says where zero is when something lies below it', () => {
    expect(sparkPath({ values: [1, -1], signed: true, ...box })).toMatchObject({ line: 'M2 2L102 22', zero: 12 });
    expect(sparkPath({ values: [1, 0.5], signed: true, ...box }).zero).toBeNull();
  });
});
