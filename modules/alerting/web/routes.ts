import { defineAsyncComponent } from 'vue';
import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { PaletteSource } from '../../../ui/palette-source.ts';
import type { SlotFilling } from '../../../ui/slots.ts';
import { alertPlaces } from './parts/alert-places.ts';

export const routes: RouteRecordRaw[] = [
  { path: '/alerts', name: 'alerts', component: () => import('./inbox/AlertsScreen.vue') },
  { path: '/alerts/:id', name: 'alert', component: () => import('./alert/AlertScreen.vue') },
  { path: '/silences', name: 'silences', component: () => import('./silences/SilencesScreen.vue') },
  { path: '/alert-routes', name: 'alert-routes', component: () => import('./routes/RoutesScreen.vue') },
  { path: '/integrations', name: 'integrations', component: () => import('./integrations/IntegrationsScreen.vue') },
  {
    path: '/integrations/:name',
    name: 'integration',
    component: () => import('./integrations/IntegrationScreen.vue'),
  },
  { path: '/alert-noise', name: 'alert-noise', component: () => import('./noise/NoiseScreen.vue') },
  { path: '/alert-rules', name: 'alert-rules', component: () => import('./rules/RulesScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  {
    label: 'Alerts',
    to: '/alerts',
    also: alertPlaces.map(({ to }) => to),
    icon: 'i-lucide-bell-ring',
    key: 'i',
    order: 5,
  },
];

/** Fetched when the palette is first asked: the first screen needs none of the contracts that it reads. */
export const palette: readonly PaletteSource[] = [
  {
    label: 'Alerts',
    find: async (text, signal) => (await import('./find-alerts.ts')).findAlerts(text, signal),
  },
];

/** What fires of a service stands beside what it does, first of all (the place is named in the catalog's routes). */
export const slots: readonly SlotFilling[] = [
  {
    place: 'catalog.service.side',
    order: 1,
    component: defineAsyncComponent(() => import('./alert/ServiceAlerts.vue')),
  },
];
