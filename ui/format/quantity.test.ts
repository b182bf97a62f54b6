import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRate, formatRatio, formatUnit } from './quantity.ts';

/** Tests are written with plain spaces; the page uses narrow ones that do not break. */
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('a number on the screen says what was measured', () => {
  it.each([
    [null, '–'],
    [0, '0 ms'],
    [0.0004, '0.4 µs'],
    [0.42, '0.42 ms'],
    [1, '1 ms'],
    [12.34, '12.3 ms'],
    [99.96, '100 ms'],
    [412.4, '412 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_240, '1.24 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_800, '1 h'],
    [11_400_000, '3 h 10 min'],
    [86_400_000, '1 d'],
    [-12, '−12 ms'],
  ])('duration %s ms reads %s', (ms, expected) => expect(plain(formatDuration(ms))).toBe(expected));

  it.each([
    [null, '–'],
    [0, '0 %'],
    [0.000001, '< 0.01 %'],
    [0.0012, '0.12 %'],
    [0.05, '5 %'],
    [0.0512, '5.12 %'],
    [0.2034, '20.3 %'],
    [0.99952, '99.95 %'],
    [0.999999, '> 99.99 %'],
    [1, '100 %'],
  ])('ratio %s reads %s', (ratio, expected) => expect(plain(formatRatio(ratio))).toBe(expected));

  it.each([
    [undefined, '–'],
    [0, '0/s'],
    [0.033, '0.033/s'],
    [12.44, '12.4/s'],
    [999.9, '1k/s'],
    [1_234, '1.23k/s'],
    [40_100_000, '40.1M/s'],
  ])('rate %s reads %s', (rate, expected) => expect(formatRate(rate)).toBe(expected));

  it.each([
    [0, '0'],
    [999, '999'],
    [4_871, '4 871'],
    [1_234_567, '1 234 567'],
    [null, '–'],
  ])('count %s reads %s', (count, expected) => expect(plain(formatCount(count))).toBe(expected));

  it('reads bytes in binary units', () => {
    expect(plain(formatBytes(512))).toBe('512 B');
    expect(plain(formatBytes(1_572_864))).toBe('1.5 MiB');
    expect(plain(formatBytes(0))).toBe('0 B');
  });

  it.each([
    [0.42, '1', '42 %'],
    [1_048_576, 'By', '1 MiB'],
    [0.25, 's', '250 ms'],
    [12, '{thread}', '12 thread'],
    [null, '1', '–'],
  ])('%s in the unit %s reads %s', (value, unit, expected) => expect(plain(formatUnit(value, unit))).toBe(expected));
});
