import { defineAsyncComponent } from 'vue';
import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { PaletteSource } from '../../../ui/palette-source.ts';
import type { SlotFilling } from '../../../ui/slots.ts';

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

/** Fetched when the palette is first asked: the first screen needs none of the contracts that it reads. */
export const palette: readonly PaletteSource[] = [
  {
    label: 'On-call',
    find: async (text, signal) => (await import('./find-oncall.ts')).findOncall(text, signal),
  },
];

/** Who is on call for a service stands beside what it does (the place is named in the catalog's routes). */
export const slots: readonly SlotFilling[] = [
  { place: 'catalog.service.side', order: 3, component: defineAsyncComponent(() => import('./now/ServiceOnCall.vue')) },
];
