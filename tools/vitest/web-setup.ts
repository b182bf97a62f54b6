import ui from '@nuxt/ui/vue-plugin';
import { config } from '@vue/test-utils';
import { createMemoryHistory, createRouter } from 'vue-router';
import { notices, removeNotice } from '../../ui/toasts.ts';

// The library's parts link by the router and read its plugin's settings; without both they warn and half render.
const router = createRouter({
  history: createMemoryHistory(),
  routes: [{ path: '/:path(.*)*', component: { template: '<div />' } }],
});
config.global.plugins = [router, ui];

// Files share one process: what the last one said stands no more.
for (const { id } of notices.value) removeNotice(id);
