import { config, mount } from '@vue/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Router } from 'vue-router';
import { anObjectiveSummary } from './an-objective-summary.ts';
import ObjectivesTable from './ObjectivesTable.vue';

const show = (...rows: ReturnType<typeof anObjectiveSummary>[]) => mount(ObjectivesTable, { props: { rows } });

// The tests' set-up brings a router; the row's link needs the name of the objective's screen.
beforeAll(() => {
  const router = config.global.plugins[0] as Router;
  router.addRoute({ path: '/objectives/:name', name: 'objective', component: { render: () => null } });
});

describe('the list of objectives tells the truth', () => {
  it('keeps the order of the server and says each state in words', () => {
    const table = show(
      anObjectiveSummary({ name: 'a', displayName: 'A', state: 'exhausted', remainingRatio: -0.18 }),
      anObjectiveSummary({ name: 'b', displayName: 'B', state: 'ok', remainingRatio: 0.61 }),
    );
    expect(table.findAll('tbody a').map((link) => link.text())).toEqual(['A', 'B']);
    expect(table.get('tbody tr').text()).toContain('The budget is exhausted');
    expect(table.get('tbody tr').text()).toContain('−18 %');
  });

  it('draws an overspent budget full and striped, and says by how much', () => {
    const bar = show(anObjectiveSummary({ state: 'exhausted', remainingRatio: -0.18 })).get('[aria-label^="−18 %"]');
    expect(bar.get('span').classes()).toContain('overspent');
    expect(bar.get('span').attributes('style')).toContain('width: 100%');
  });

  it('shows no data as such, never as zero or as well', () => {
    const row = show(
      anObjectiveSummary({
        state: 'no-data',
        remainingRatio: null,
        achievedPpm: null,
        burnRate: null,
        sparkline: [],
      }),
    ).get('tbody tr');
    expect(row.text()).toContain('No data');
    expect(row.text()).toContain('no data');
    expect(row.text()).not.toMatch(/\b0 %/);
  });

  it('every figure of a row opens its formula', () => {
    const names = show(anObjectiveSummary({ displayName: 'Pay' }))
      .findAll('tbody button')
      .map((button) => button.attributes('aria-label') ?? '');
    expect(names).toEqual([
      'Pay, achieved: 99.952 %. How it came about',
      'Pay, budget left: 4 %. How it came about',
      'Pay, burn rate of the last hour: 2.3×. How it came about',
    ]);
  });
});
