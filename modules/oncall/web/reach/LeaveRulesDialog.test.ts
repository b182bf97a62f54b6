import { mount } from '@vue/test-utils';
import { expect, it, vi } from 'vitest';
import { rulesWithout } from './contact-words.ts';
import LeaveRulesDialog from './LeaveRulesDialog.vue';

const rules = [
  { after: 'PT0S', contactMethod: 'phone' },
  { after: 'PT2M', contactMethod: 'mail' },
  { after: 'PT5M', contactMethod: 'phone' },
];

it('knows which rules go with a device, and which are left', () => {
  expect(rulesWithout(rules, ['phone'])).toEqual({ left: [rules[1]], used: 2 });
  expect(rulesWithout(rules, ['tablet'])).toEqual({ left: rules, used: 0 });
});

it.each([
  [2, 1, '2 of your rules', 'One rule is left then.'],
  [1, 0, 'one of your rules', 'pages then go to the e-mail address'],
])('says what is left when %i go and %i stay', async (used, left, first, second) => {
  const shown = mount(LeaveRulesDialog, {
    attachTo: document.body,
    props: { open: true, method: 'phone', used, left },
  });
  await vi.waitFor(() => expect(document.body.textContent).toContain(first));
  expect(document.body.textContent).toContain(second);
  const leave = [...document.body.querySelectorAll('button')].find(({ textContent }) =>
    textContent?.includes('Take it out'),
  );
  leave!.click();
  expect(shown.emitted('leave')).toHaveLength(1);
  shown.unmount();
});
