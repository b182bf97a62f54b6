import { expect, it } from 'vitest';
import { groupText, type ShownMember } from './group-text.ts';

const runbook = 'https://runbooks.example.org/slow';
const member = (more: Partial<ShownMember> = {}): ShownMember => ({
  status: 'firing',
  severity: 'critical',
  summary: 'cart is slow',
  labels: { alertname: 'Slow', service: 'cart' },
  annotations: { runbook_url: runbook, description: 'p99 has been above 500 ms' },
  links: [],
  ...more,
});
const words = (members: readonly ShownMember[], count = members.length) =>
  groupText(members, { count, labels: { service: 'cart' }, reasons: ['Goes to payments.', 'there are no routes.'] });

it('says the alert, its runbook once, its labels, and why', () => {
  expect(words([member()]).details.split('\n')).toEqual([
    'p99 has been above 500 ms',
    `Runbook: ${runbook}`,
    'alertname=Slow, service=cart',
    '',
    'Goes to payments.',
    'There are no routes.',
  ]);
  const linked = words([member({ links: [{ label: 'Runbook', url: runbook }] })]).details;
  expect(linked.split(runbook)).toHaveLength(2);
});

it('counts the others, and those that are not shown', () => {
  const { summary, details } = words([member(), member({ severity: 'warning', summary: 'pay is slow' })], 5);
  expect(summary).toBe('cart is slow (and 4 more)');
  expect(details).toContain('5 alerts with service=cart. The others:\n- warning: pay is slow\n- and 3 more');
});

it('says why also where nothing is to be shown any more', () => {
  expect(groupText([], { count: 2, labels: {}, reasons: ['it is so'] })).toEqual({
    summary: '2 alerts',
    details: 'It is so',
  });
});
