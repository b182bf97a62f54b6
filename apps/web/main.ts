import { VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import './main.css';
import App from './App.vue';
import { createLeadlineRouter } from './router.ts';
import { webModules } from './modules.ts';
import { onUnauthenticated } from '../../ui/api.ts';
import { installIcons } from '../../ui/icon/install-icons.ts';
import { createQueries } from '../../ui/queries.ts';
import { fillSlots } from '../../ui/slots.ts';
import { followTheSystem } from '../../ui/theme.ts';

// Browsers older than 2026 lack Temporal; the others load nothing.
if (!('Temporal' in globalThis)) await import('temporal-polyfill/global');

const queries = createQueries();
const router = createLeadlineRouter();
for (const module of webModules) fillSlots(module.slots ?? []);

onUnauthenticated(() => {
  const here = router.currentRoute.value;
  if (!here.meta.bare && here.matched.length > 0)
    void router.replace({ path: '/sign-in', query: { next: here.fullPath } });
});

followTheSystem();
createApp(App).use(installIcons).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app');
