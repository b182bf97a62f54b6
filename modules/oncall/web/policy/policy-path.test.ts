import { expect, it } from 'vitest';
import { policySpec } from '../../contract/policies.ts';
import { offsetText, pathOf } from './policy-path.ts';

it('counts each step from the one before, and all rounds until nobody answered', () => {
  const path = pathOf(
    policySpec.parse({
      steps: [
        { after: 'PT0S', notify: [{ schedule: 'payments' }] },
        { after: 'PT5M', notify: [{ next: 'payments' }, { person: 'p1' }], roundRobin: true },
        { after: 'PT10M', notify: [{ team: 'payments' }], when: { urgency: 'high', workingHours: 'outside' } },
      ],
      repeat: 2,
      otherwise: { after: 'PT5M' },
    }),
  );
  expect(path.nodes.map((node) => offsetText(node.atSeconds))).toEqual(['at once', 'after 5 min', 'after 15 min']);
  expect(path.rounds).toBe(3);
  expect(offsetText(path.endsAtSeconds)).toBe('after 50 min');
  expect(path.nodes[1]!.conditions).toEqual(['one of them, in turns']);
  expect(path.nodes[2]!.conditions).toEqual(['only pages of high urgency', 'only outside their working hours']);
  expect(path.nodes[0]!.whom[0]).toMatchObject({ text: 'who is on call in payments', to: { name: 'schedule' } });
});
