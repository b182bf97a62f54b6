import { mount } from '@vue/test-utils';
import { afterEach, expect, it } from 'vitest';
import type { Backtest } from '../contract/backtests.ts';
import { backtestHeadings } from './backtest-headings.ts';
import BacktestResults from './BacktestResults.vue';

afterEach(() => document.body.replaceChildren());

const result: Backtest = {
  from: '2026-11-01T00:00:00Z',
  to: '2026-11-22T00:00:00Z',
  corrected: true,
  objectives: 2,
  incidents: 1,
  notes: ['What corrections of 1 objective exclude is left out, as alerts leave it out.'],
  results: [
    {
      policy: 'default',
      pages: 3,
      tickets: 1,
      firingMinutes: 12,
      precision: 0.5,
      recall: 1,
      detectionSecondsMedian: 60,
      resetSecondsMedian: null,
      alerts: [],
      alertsInAll: 4,
    },
  ],
  tookMs: 20,
};

it('every column of a back-test opens how its figures come about, by the keyboard too', () => {
  const screen = mount(BacktestResults, {
    props: { result },
    global: { stubs: { RouterLink: true } },
    attachTo: document.body,
  });
  for (const { label } of backtestHeadings)
    expect(screen.find(`th button[aria-label="${label}: how it comes about"]`).exists()).toBe(true);
  for (const { explanation } of backtestHeadings) expect(explanation.text!.length).toBeGreaterThan(20);
  expect(screen.text()).toContain('corrections of 1 objective');
  const precision = screen.find('button[aria-label="Precision: how it comes about"]');
  (precision.element as HTMLButtonElement).focus();
  expect(document.activeElement).toBe(precision.element);
  screen.unmount();
});
