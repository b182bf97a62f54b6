import type { RouteRecordRaw } from 'vue-router';
import type { PaletteSource } from './palette-source.ts';
import type { SlotFilling } from './slots.ts';

/** One entry of the navigation and of the palette; `keys` is what follows G. */
export interface NavigationEntry {
  readonly label: string;
  readonly to: string;
  /** Further paths whose screens belong to it: there it is marked as the place where one is. */
  readonly also?: readonly string[];
  /** Iconify name of the bundled Lucide set: `i-lucide-activity`. */
  readonly icon: string;
  /** The letter that jumps there after G. */
  readonly key: string;
  readonly order: number;
  /** `settings` stands apart, below the work; `work` where absent. */
  readonly section?: 'work' | 'settings';
}

/** What a module's `web/routes.ts` exports; `apps/web` collects these and knows nothing else of a module. */
export interface WebModule {
  readonly routes: RouteRecordRaw[];
  readonly navigation: NavigationEntry[];
  /** Parts for places that lower modules (or the shell) offer. */
  readonly slots?: readonly SlotFilling[];
  /** Things that the palette finds while a person types. */
  readonly palette?: readonly PaletteSource[];
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown without navigation: sign-in, set-up. */
    readonly bare?: boolean;
  }
}

/** Entries in their order, those of one section. */
export const inSection = (
  entries: readonly NavigationEntry[],
  section: 'work' | 'settings',
): readonly NavigationEntry[] =>
  entries.filter((entry) => (entry.section ?? 'work') === section).toSorted((a, b) => a.order - b.order);
