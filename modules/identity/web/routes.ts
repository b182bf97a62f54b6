import type { RouteRecordRaw } from 'vue-router';
import type { NavigationEntry } from '../../../ui/navigation.ts';
import type { SlotFilling } from '../../../ui/slots.ts';
import AccountFoot from './AccountFoot.vue';

export const routes: RouteRecordRaw[] = [
  { path: '/set-up', name: 'set-up', meta: { bare: true }, component: () => import('./SetUpScreen.vue') },
  { path: '/sign-in', name: 'sign-in', meta: { bare: true }, component: () => import('./SignInScreen.vue') },
  {
    path: '/sign-in/sso/:provider',
    name: 'sso-return',
    meta: { bare: true },
    component: () => import('./SsoReturnScreen.vue'),
  },
  { path: '/link', name: 'link', meta: { bare: true }, component: () => import('./LinkScreen.vue') },
  { path: '/account', name: 'account', component: () => import('./AccountScreen.vue') },
  { path: '/people', name: 'people', component: () => import('./PeopleScreen.vue') },
  { path: '/teams', name: 'teams', component: () => import('./TeamsScreen.vue') },
  { path: '/tokens', name: 'tokens', component: () => import('./TokensScreen.vue') },
  { path: '/sso-providers', name: 'sso-providers', component: () => import('./SsoProvidersScreen.vue') },
  { path: '/audit-log', name: 'audit-log', component: () => import('./AuditLogScreen.vue') },
];

export const navigation: NavigationEntry[] = [
  { label: 'People', to: '/people', icon: 'i-lucide-users', key: 'p', order: 10, section: 'settings' },
  { label: 'Teams', to: '/teams', icon: 'i-lucide-users-round', key: 'e', order: 20, section: 'settings' },
  { label: 'Tokens', to: '/tokens', icon: 'i-lucide-key-round', key: 'k', order: 30, section: 'settings' },
  { label: 'Single sign-on', to: '/sso-providers', icon: 'i-lucide-log-in', key: 'n', order: 40, section: 'settings' },
  { label: 'Audit log', to: '/audit-log', icon: 'i-lucide-scroll', key: 'a', order: 50, section: 'settings' },
];

/** `shell.foot` is the place of the shell below the navigation: who is signed in. */
export const slots: SlotFilling[] = [{ place: 'shell.foot', order: 10, component: AccountFoot }];
