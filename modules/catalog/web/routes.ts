import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import { findServices } from './find-services.ts';

/**
 * Places that other modules fill (`slots` of their routes):
 * - `catalog.services.empty`: how to send the first telemetry; no props.
 * - `catalog.services.peek`: a look at one service; `{ name, environment }`.
 * - `catalog.service.signals`, `.main`, `.side`: the service screen, full width, wide and narrow column;
 *   `{ name, environment, versions }`, where environment '' is all of them.
 */
export const routes: RouteRecordRaw[] = [
  { path: '/services', name: 'services', component: () => import('./ServicesScreen.vue') },
  { path: '/services/:name', name: 'service', component: () => import('./ServiceScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'Services', to: '/services', icon: 'i-lucide-boxes', key: 's', order: 20 },
];

export const palette = [{ label: 'Services', find: findServices }];
