import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';

export const routes: RouteRecordRaw[] = [
  { path: '/services', component: () => import('./ServicesScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'Services', to: '/services', icon: 'i-lucide-boxes', key: 's', order: 20 },
];
