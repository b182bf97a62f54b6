import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';

export const routes: RouteRecordRaw[] = [
  { path: '/heartbeats', name: 'heartbeats', component: () => import('./HeartbeatsScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'Heartbeats', to: '/heartbeats', icon: 'i-lucide-heart-pulse', key: 'h', order: 16 },
];
