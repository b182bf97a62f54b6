import { defineAsyncComponent } from 'vue';
import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { SlotFilling } from '../../../ui/slots.ts';
import { findOncall } from './find-oncall.ts';

/**
 * Places that other modules fill (`slots` of their routes):
 * - `oncall.page.side`: what else happened around a page, above its timeline; `{ service, at }`, only where it has a service.
 */
export const routes: RouteRecordRaw[] = [
  { path: '/on-call', name: 'on-call', component: () => import('./now/OnCallScreen.vue') },
  { path: '/pages/:id', name: 'page', component: () => import('./page/PageScreen.vue') },
  { path: '/schedules', name: 'schedules', component: () => import('./schedule/SchedulesScreen.vue') },
  { path: '/schedules/:name', name: 'schedule', component: () => import('./schedule/ScheduleScreen.vue') },
  { path: '/escalation-policies', name: 'escalation-policies', component: () => import('./policy/PoliciesScreen.vue') },
  {
    path: '/escalation-policies/:name',
    name: 'escalation-policy',
    component: () => import('./policy/PolicyScreen.vue'),
  },
  { path: '/my-on-call', name: 'my-on-call', component: () => import('./reach/MyOnCallScreen.vue') },
  { path: '/on-call/load', name: 'on-call-load', component: () => import('./load/LoadScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'On-call', to: '/on-call', icon: 'i-lucide-siren', key: 'c', order: 12 },
  { label: 'Schedules', to: '/schedules', icon: 'i-lucide-calendar-clock', key: 'd', order: 13 },
  { label: 'Escalation', to: '/escalation-policies', icon: 'i-lucide-trending-up', key: 'x', order: 14 },
];

export const palette = [{ label: 'On-call', find: findOncall }];

/** Who is on call for a service stands beside what it does (the place is named in the catalog's routes). */
export const slots: readonly SlotFilling[] = [
  { place: 'catalog.service.side', order: 3, component: defineAsyncComponent(() => import('./now/ServiceOnCall.vue')) },
];
