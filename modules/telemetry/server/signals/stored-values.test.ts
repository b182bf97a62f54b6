import { describe, expect, it } from 'vitest';
import { exact, valueOf } from './stored-values.ts';

describe('Stored JSON is told so that no reader rounds it', () => {
  it.each([
    ['9007199254740991', '9007199254740991'],
    ['9007199254740992', '"9007199254740992"'],
    ['-9223372036854775808', '"-9223372036854775808"'],
    ['[1,9223372036854775807,"9223372036854775807"]', '[1,"9223372036854775807","9223372036854775807"]'],
    ['"a \\" 9223372036854775807 \\\\"', '"a \\" 9223372036854775807 \\\\"'],
    ['{"9223372036854775807":9223372036854775807}', '{"9223372036854775807":"9223372036854775807"}'],
    ['1234567890123456789.0', '1234567890123456789.0'],
    ['[0.1234567890123456789,1.5e-300,123456789012345680e3]', '[0.1234567890123456789,1.5e-300,123456789012345680e3]'],
  ])('%s', (stored, told) => {
    expect(exact(stored)).toBe(told);
    expect(() => JSON.parse(told) as unknown).not.toThrow();
  });

  it.each(['2.0', '[2.0,2,{"a":3.0,"b":[-0.0]}]', '{"double":"NaN"}', 'null', '"2.0"'])(
    '%s is written again as it was',
    (stored) => {
      expect(JSON.stringify(valueOf(stored))).toBe(stored);
    },
  );

  it('a long text full of quotes and backslashes does not take long', () => {
    const text = JSON.stringify('"\\1234567890123456789'.repeat(10_000));
    expect(exact(text)).toBe(text);
  });
});
