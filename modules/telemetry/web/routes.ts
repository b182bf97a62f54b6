import type { RouteRecordRaw } from 'vue-router';
import { defineAsyncComponent } from 'vue';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { SlotFilling } from '../../../ui/slots.ts';
import TelemetryPulse from './TelemetryPulse.vue';

export const routes: RouteRecordRaw[] = [
  { path: '/service-map', component: () => import('./ServiceMapScreen.vue') },
  { path: '/traces', component: () => import('./TracesScreen.vue') },
  { path: '/traces/:traceId', name: 'trace', component: () => import('./TraceScreen.vue') },
  { path: '/logs', component: () => import('./LogsScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'Service map', to: '/service-map', icon: 'i-lucide-waypoints', key: 'm', order: 30 },
  { label: 'Traces', to: '/traces', icon: 'i-lucide-list-tree', key: 't', order: 40 },
  { label: 'Logs', to: '/logs', icon: 'i-lucide-scroll-text', key: 'l', order: 50 },
];

/** Telemetry's parts of the catalog's screens (places are named in the catalog's routes) and of the shell. */
export const slots: readonly SlotFilling[] = [
  { place: 'shell.banner', order: 10, component: TelemetryPulse },
  { place: 'catalog.services.empty', order: 10, component: defineAsyncComponent(() => import('./FirstSpan.vue')) },
  { place: 'catalog.services.peek', order: 10, component: defineAsyncComponent(() => import('./SignalsPeek.vue')) },
  { place: 'catalog.service.signals', order: 10, component: defineAsyncComponent(() => import('./SignalsPart.vue')) },
  { place: 'catalog.service.main', order: 10, component: defineAsyncComponent(() => import('./OperationsPart.vue')) },
  {
    place: 'catalog.service.main',
    order: 20,
    component: defineAsyncComponent(() => import('./ServiceTracesPart.vue')),
  },
  { place: 'catalog.service.main', order: 30, component: defineAsyncComponent(() => import('./ErrorLogsPart.vue')) },
  { place: 'catalog.service.side', order: 10, component: defineAsyncComponent(() => import('./VersionsPart.vue')) },
  { place: 'catalog.service.side', order: 20, component: defineAsyncComponent(() => import('./NeighboursPart.vue')) },
];
