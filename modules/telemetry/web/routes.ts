import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';

export const routes: RouteRecordRaw[] = [];

export const navigation: NavigationEntry[] = [];
