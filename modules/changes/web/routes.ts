import { defineAsyncComponent } from 'vue';
import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { SlotFilling } from '../../../ui/slots.ts';

export const routes: RouteRecordRaw[] = [];

export const navigation: NavigationEntry[] = [];

/** What was changed stands beside what the service does (the place is named in the catalog's routes). */
export const slots: readonly SlotFilling[] = [
  { place: 'catalog.service.side', order: 15, component: defineAsyncComponent(() => import('./ChangesPart.vue')) },
  // The same beside a page: what changed before somebody was woken (the place is named in on-call's routes).
  { place: 'oncall.page.side', order: 10, component: defineAsyncComponent(() => import('./ChangesBefore.vue')) },
];
