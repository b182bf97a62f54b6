import { config, mount } from '@vue/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Router } from 'vue-router';
import { aServiceSummary } from './a-service-summary.ts';
import ServicesTable from './ServicesTable.vue';

const show = (rows: ReturnType<typeof aServiceSummary>[]) =>
  mount(ServicesTable, { props: { rows, selected: new Set<string>() } });

// The tests' set-up brings a router; the row's link needs the name of the service screen.
beforeAll(() => {
  const router = config.global.plugins[0] as Router;
  router.addRoute({ path: '/services/:name', name: 'service', component: { render: () => null } });
});

describe('the list of services tells the truth', () => {
  it('keeps the order of the server, worst first, and says in words what is wrong', () => {
    const table = show([
      aServiceSummary({ name: 'shop/payment', health: { level: 'critical', reason: 'errors-high' } }),
      aServiceSummary({ name: 'shop/cart' }),
    ]);
    expect(table.findAll('tbody a').map((link) => link.text())).toEqual(['shop/payment', 'shop/cart']);
    expect(table.get('tbody tr').text()).toContain('Many requests fail');
  });

  it('links to a service with its slash encoded and its environment kept', () => {
    const link = show([aServiceSummary({ name: 'shop/cart', environment: 'staging' })]).get('tbody a');
    expect(link.attributes('href')).toBe('/services/shop%2Fcart?environment=staging');
  });

  it('shows no data as a dash, never as zero', () => {
    const text = show([aServiceSummary({ figures: null, health: { level: 'unknown', reason: 'figures-away' } })])
      .get('tbody tr')
      .text();
    expect(text).toContain('–');
    expect(text).not.toContain('0');
  });
});
