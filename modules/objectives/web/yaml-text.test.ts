import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentOf, emptyForm } from './objective-form.ts';
import { yamlText } from '../../../ui/format/yaml-text.ts';

describe('what is shown as YAML is read back as the same by a YAML library', () => {
  it.each([
    [
      'an objective',
      documentOf({ ...emptyForm('Europe/Berlin'), name: 'a', displayName: 'A: b', service: 'shop/pay' }),
    ],
    [
      'texts that look like something else',
      { a: 'true', b: 'null', c: '1.5', d: '2027-01-31', e: 'off', f: '~', g: '' },
    ],
    [
      'texts with signs',
      { a: 'x: y', b: 'x #y', c: "it's", d: '"q"', e: '- x', f: '99.9 %', g: '{x}', h: 'end:', i: '@x' },
    ],
    ['a query', { query: 'sum(rate(http_requests_total{code=~"5.."}[5m])) # errors' }],
    ['lines', { a: 'one\ntwo', b: 'one\n\n  two\n', c: 'ends \nso', d: '\nfirst', e: 'last\n\n', f: 'tab\there' }],
    ['keys', { 'leadline.dev/goal': 'x', 'a: b': 1, true: 2, '': 3 }],
    ['lists of lists and mappings', { a: [[1, 2], [], [{ b: [{ c: {} }], d: null }]], e: [] }],
    ['numbers', { a: 0.99995, b: -1, c: 1e21, d: 1e-7 }],
    ['an address', { url: 'https://prometheus.example:9090/x', zone: 'Europe/Berlin' }],
  ])('%s', (_, value) => expect(parse(yamlText(value))).toEqual(value));

  it('reads as people write it', () => {
    expect(yamlText({ spec: { objectives: [{ target: 0.99, name: 'x' }], where: [] } })).toBe(
      'spec:\n  objectives:\n    - target: 0.99\n      name: x\n  where: []\n',
    );
  });
});
