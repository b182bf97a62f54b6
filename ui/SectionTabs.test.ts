import { config, mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import type { Router } from 'vue-router';
import SectionTabs from './SectionTabs.vue';

const places = [
  { label: 'Inbox', to: '/alerts', icon: 'i-lucide-inbox' },
  { label: 'Routes', to: '/alert-routes', icon: 'i-lucide-split' },
  { label: 'Integrations', to: '/integrations', icon: 'i-lucide-plug' },
];
const current = async (path: string): Promise<string[]> => {
  const router = config.global.plugins[0] as Router;
  if (!router.hasRoute('anywhere'))
    router.addRoute({ path: '/:rest(.*)*', name: 'anywhere', component: { render: () => null } });
  await router.push(path);
  const tabs = mount(SectionTabs, { props: { label: 'Alerts', places } });
  expect(tabs.findAll('a').map((each) => each.text())).toEqual(['Inbox', 'Routes', 'Integrations']);
  return tabs.findAll('[aria-current="page"]').map((each) => each.text());
};

it('one tab says where one is, also on the screens below it, and not where a path only begins alike', async () => {
  expect(await current('/alerts')).toEqual(['Inbox']);
  expect(await current('/integrations/prometheus')).toEqual(['Integrations']);
  expect(await current('/alerts-of-others')).toEqual([]);
});
