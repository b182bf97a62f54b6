import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { SlotFilling } from '../../../ui/slots.ts';

export const routes: RouteRecordRaw[] = [];

export const navigation: NavigationEntry[] = [];

export const slots: readonly SlotFilling[] = [];
