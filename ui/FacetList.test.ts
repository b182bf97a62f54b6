import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import FacetList from './FacetList.vue';

const facets = [
  { value: 'critical', word: 'Critical', count: 40, isChosen: true },
  { value: 'info', count: 10, isChosen: false },
  { value: '', count: 2, isChosen: false, isNone: true },
];

it('counts each value against the most frequent, and tells which was pressed; what is no value cannot be', async () => {
  const list = mount(FacetList, { props: { label: 'Severity', facets } });
  const buttons = list.findAll('button');
  expect(buttons.map((each) => each.text())).toEqual(['Critical40', 'info10', 'none2']);
  expect(buttons.map((each) => each.attributes('aria-pressed'))).toEqual(['true', 'false', 'false']);
  expect(list.findAll('[aria-hidden]').map((each) => each.attributes('style'))).toEqual([
    'width: 100%;',
    'width: 25%;',
    'width: 5%;',
  ]);
  for (const each of buttons) await each.trigger('click');
  expect(list.emitted('choose')).toEqual([['critical'], ['info']]);
});

it('shows a dash where there is nothing to count', () => {
  expect(mount(FacetList, { props: { label: 'Service', facets: [] } }).text()).toBe('Service–');
});
