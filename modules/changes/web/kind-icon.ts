import type { ChangeKind } from '../contract.ts';

/** What each kind of change looks like beside its title. */
export const kindIcon: Readonly<Record<ChangeKind, string>> = {
  deploy: 'i-lucide-rocket',
  configuration: 'i-lucide-sliders-horizontal',
  migration: 'i-lucide-database',
  infrastructure: 'i-lucide-server',
  other: 'i-lucide-pencil',
};
