import { expect, it } from 'vitest';
import { anObjectiveSummary } from './an-objective-summary.ts';
import { filterObjectives } from './filter-objectives.ts';

const rows = [
  anObjectiveSummary({ name: 'a', displayName: 'Pay', owner: 'payments', state: 'burning' }),
  anObjectiveSummary({ name: 'b', displayName: 'Browse', owner: 'growth', service: 'shop/catalog', state: 'ok' }),
];

it.each([
  ['everything', '', 'all', ['a', 'b']],
  ['by team', 'growth', 'all', ['b']],
  ['by service and name', 'catalog brow', 'all', ['b']],
  ['by state', '', 'burning', ['a']],
  ['nothing', 'growth', 'burning', []],
] as const)('finds %s', (_, q, shown, names) =>
  expect(filterObjectives(rows, { q, shown }).map((row) => row.name)).toEqual(names),
);
