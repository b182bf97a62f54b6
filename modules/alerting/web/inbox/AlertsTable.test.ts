import { config, mount } from '@vue/test-utils';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Router } from 'vue-router';
import type { Alert } from '../../contract/alerts.ts';
import { anAlert } from '../parts/an-alert.ts';
import AlertsTable from './AlertsTable.vue';

const nowMs = Date.parse('2026-11-23T03:10:00Z');
const show = (rows: Alert[], seenMs = nowMs) =>
  mount(AlertsTable, { props: { rows, nowMs, seenMs, selected: new Set<string>() } });

beforeAll(() => {
  const router = config.global.plugins[0] as Router;
  router.addRoute({ path: '/alerts/:id', name: 'alert', component: { render: () => null } });
});

describe('the inbox says how each alert stands, and why', () => {
  it('tells what fires, for how long, and that somebody was paged', () => {
    const row = show([anAlert()]).get('tbody tr').text();
    expect(row).toContain('Critical');
    expect(row).toContain('Checkout fails for one in ten customers');
    expect(row).toContain('Firing');
    expect(row).toContain('paged');
    expect(row).toContain('10\u202fmin');
  });
  it('tells what is held back by what', () => {
    const held = { silencedBy: ['s'], inhibitedBy: [], parentDown: ['shop/db'], mutedBy: [], flapping: false };
    const row = show([anAlert({ suppressed: held, pages: [], decisions: [] })])
      .get('tbody tr')
      .text();
    expect(row).toContain('Silenced');
    expect(row).toContain('by a silence; shop/db, which it stands on and is down');
  });
  it('never says that nobody was told where nothing is decided yet', () => {
    const row = show([anAlert({ pages: [], decisions: [] })])
      .get('tbody tr')
      .text();
    expect(row).toContain('not decided yet');
  });
  it('marks what came since one looked', () => {
    const [fresh, old] = show(
      [anAlert({ id: 'a' }), anAlert({ id: 'b', receivedAt: '2026-11-23T02:00:00.000Z' })],
      Date.parse('2026-11-23T02:30:00Z'),
    ).findAll('tbody tr');
    expect(fresh!.text()).toContain('new');
    expect(old!.text()).not.toContain('new');
  });
  it('names the row that a box selects', () => {
    expect(show([anAlert()]).get('input').attributes('aria-label')).toBe(
      'Select Checkout fails for one in ten customers',
    );
  });
});
