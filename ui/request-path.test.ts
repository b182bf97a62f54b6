import { describe, expect, it } from 'vitest';
import { fillPath, queryString } from './request-path.ts';

describe('a call names exactly the thing that was meant', () => {
  it('keeps a service with a namespace in one segment of the path', () => {
    expect(fillPath('/api/v1/services/:name/signals', { name: 'shop/checkout' })).toBe(
      '/api/v1/services/shop%2Fcheckout/signals',
    );
  });

  it('does not let a name climb out of its segment', () => {
    expect(fillPath('/api/v1/services/:name', { name: '../people?x#y' })).toBe('/api/v1/services/..%2Fpeople%3Fx%23y');
  });

  it('fails loudly where a parameter is missing', () => {
    expect(() => fillPath('/api/v1/services/:name', {})).toThrow(':name');
  });

  it.each([
    ['nothing', {}, ''],
    ['what is empty', { a: '', b: undefined, c: null }, ''],
    ['zero and false', { a: 0, b: false }, '?a=0&b=false'],
    ['several values', { status: ['error', 'ok'] }, '?status=error&status=ok'],
    ['signs', { q: 'a&b=c d' }, '?q=a%26b%3Dc+d'],
  ])('writes %s', (_, query, expected) => {
    expect(queryString(query)).toBe(expected);
  });
});
