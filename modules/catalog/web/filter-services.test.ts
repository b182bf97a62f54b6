import { describe, expect, it } from 'vitest';
import { aServiceSummary } from './a-service-summary.ts';
import { filterServices } from './filter-services.ts';

const rows = [
  aServiceSummary({ name: 'shop/payment', owner: 'payments', health: { level: 'critical', reason: 'errors-high' } }),
  aServiceSummary({ name: 'shop/cart', environment: 'staging', tags: ['pci'] }),
  aServiceSummary({ name: 'search', environment: '', health: { level: 'quiet', reason: 'no-requests' } }),
];
const names = (filter: Partial<Parameters<typeof filterServices>[1]>): string[] =>
  filterServices(rows, { q: '', environment: '', shown: 'all', ...filter }).map((row) => row.name);

describe('the filter finds services as people think of them', () => {
  it.each([
    ['nothing asked', {}, ['shop/payment', 'shop/cart', 'search']],
    ['a part of the name', { q: 'SHOP' }, ['shop/payment', 'shop/cart']],
    ['an owner', { q: 'payments' }, ['shop/payment']],
    ['words in any order', { q: 'pci cart' }, ['shop/cart']],
    ['an environment', { environment: 'staging' }, ['shop/cart']],
    ['no environment named', { environment: '-' }, ['search']],
    ['only what is in trouble', { shown: 'trouble' as const }, ['shop/payment']],
    ['only what is quiet', { shown: 'quiet' as const }, ['search']],
  ])('%s', (_, filter, expected) => expect(names(filter)).toEqual(expected));
});
