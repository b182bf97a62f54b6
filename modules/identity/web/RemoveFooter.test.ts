import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import RemoveFooter from './RemoveFooter.vue';

const show = (mayRemove: boolean) =>
  mount(RemoveFooter, {
    props: { what: 'team', mayRemove, busy: false, open: true },
    slots: { default: 'Change the team', consequence: 'Nobody is behind it any more.' },
  });
const press = (footer: ReturnType<typeof show>, label: string) =>
  footer
    .findAll('button')
    .find((button) => button.text() === label)!
    .trigger('click');

describe('what a dialog shows is removed only after the consequence was read', () => {
  it('asks first, and removes on the second press', async () => {
    const footer = show(true);
    expect(footer.text()).not.toContain('Nobody is behind it');
    await press(footer, 'Remove the team');
    expect(footer.emitted('remove')).toBeUndefined();
    expect(footer.get('[role=alertdialog]').text()).toContain('Nobody is behind it any more.');
    await press(footer, 'Remove the team');
    expect(footer.emitted('remove')).toHaveLength(1);
  });

  it('keeps it where one thinks again, and asks anew when the dialog is opened again', async () => {
    const footer = show(true);
    await press(footer, 'Remove the team');
    await press(footer, 'Keep it');
    expect(footer.text()).toContain('Change the team');
    await press(footer, 'Remove the team');
    await footer.setProps({ open: false });
    await footer.setProps({ open: true });
    expect(footer.find('[role=alertdialog]').exists()).toBe(false);
  });

  it('is not offered to those who may not', () => expect(show(false).text()).toBe('Change the team'));
});
