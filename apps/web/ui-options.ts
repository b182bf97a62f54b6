import { fileURLToPath } from 'node:url';
import type { NuxtUIOptions } from '@nuxt/ui/unplugin';

/** The checkout: icons are scanned and theme files generated from here, not from apps/web. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Icons whose names are put together at run time or stand in data, so that the scan cannot see them. */
const iconsNotSeenByTheScan: string[] = [];

/**
 * Options of the component library, the same for the built page and for the part tests.
 * `root` is the checkout: without it the icons that modules use are silently not bundled.
 */
export const uiOptions = {
  root: repositoryRoot,
  autoImport: false,
  colorMode: false,
  dts: false,
  // Types of the parts stand in ui/library-parts.d.ts.
  components: { dts: false, dirs: [] },
  icon: {
    mode: 'svg',
    clientBundle: {
      icons: iconsNotSeenByTheScan,
      scan: {
        globInclude: ['ui/**/*.{vue,ts}', 'apps/web/**/*.{vue,ts}', 'modules/*/web/**/*.{vue,ts}'],
        globExclude: ['**/*.test.ts', '**/*.gen.d.ts'],
      },
      sizeLimitKb: 64,
    },
  },
  experimental: { componentDetection: true },
  ui: {
    colors: {
      primary: 'iris',
      secondary: 'zinc',
      neutral: 'zinc',
      success: 'green',
      warning: 'amber',
      error: 'red',
      info: 'iris',
    },
    button: { slots: { base: 'font-medium' }, defaultVariants: { size: 'sm' } },
    input: { slots: { root: 'w-full' }, defaultVariants: { size: 'sm' } },
    select: { defaultVariants: { size: 'sm' } },
    selectMenu: { defaultVariants: { size: 'sm' } },
    textarea: { slots: { root: 'w-full' }, defaultVariants: { size: 'sm' } },
    modal: { slots: { title: 'text-base font-semibold', overlay: 'bg-black/50' } },
    kbd: { defaultVariants: { size: 'md' } },
  },
} satisfies NuxtUIOptions & Record<string, unknown>;

/**
 * The library's icon part asks an icon host for names it does not know. This part never asks anybody:
 * what is not bundled is shown as nothing and told on the console.
 */
export const offlineIcons = {
  find: /^@iconify\/vue$/,
  replacement: `${repositoryRoot}/ui/icon/bundled-icon.ts`,
};
