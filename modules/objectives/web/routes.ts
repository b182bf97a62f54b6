import { defineAsyncComponent } from 'vue';
import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { SlotFilling } from '../../../ui/slots.ts';
import { findObjectives } from './find-objectives.ts';

export const routes: RouteRecordRaw[] = [
  { path: '/objectives', name: 'objectives', component: () => import('./ObjectivesScreen.vue') },
  { path: '/objectives/new', name: 'objective-new', component: () => import('./EditorScreen.vue') },
  { path: '/objectives/backtest', name: 'backtest', component: () => import('./BacktestScreen.vue') },
  { path: '/objectives/corrections', component: () => import('./CorrectionsScreen.vue') },
  { path: '/objectives/reviews', component: () => import('./ReviewsScreen.vue') },
  { path: '/shared/objectives/:secret', meta: { bare: true }, component: () => import('./SharedScreen.vue') },
  { path: '/objectives/:name', name: 'objective', component: () => import('./ObjectiveScreen.vue') },
  { path: '/objectives/:name/edit', name: 'objective-edit', component: () => import('./EditorScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'Objectives', to: '/objectives', icon: 'i-lucide-gauge', key: 'o', order: 10 },
];

export const palette = [{ label: 'Objectives', find: findObjectives }];

/** What is promised of a service stands beside what it does (the place is named in the catalog's routes). */
export const slots: readonly SlotFilling[] = [
  { place: 'catalog.service.side', order: 5, component: defineAsyncComponent(() => import('./ServiceObjectives.vue')) },
];
