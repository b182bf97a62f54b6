import { fileURLToPath } from 'node:url';
import type { NuxtUIOptions } from '@nuxt/ui/unplugin';

/** The checkout: icons are scanned and theme files generated from here, not from apps/web. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Icons whose names are put together at run time or stand in data, so that the scan cannot see them. */
const iconsNotSeenByTheScan: string[] = [];

/**
 * The library makes a button paler when it is pointed at: white on the paler accent has a contrast of 3.38, and 4.5 is the least.
 * Names of classes stand whole, because the styles are made from what is found in this text.
 */
const pressed = [
  { color: 'primary', variant: 'solid', class: 'hover:bg-primary-pressed active:bg-primary-pressed' },
  { color: 'primary', variant: 'link', class: 'hover:text-primary-pressed active:text-primary-pressed' },
  { color: 'secondary', variant: 'solid', class: 'hover:bg-secondary-pressed active:bg-secondary-pressed' },
  { color: 'secondary', variant: 'link', class: 'hover:text-secondary-pressed active:text-secondary-pressed' },
  { color: 'success', variant: 'solid', class: 'hover:bg-success-pressed active:bg-success-pressed' },
  { color: 'success', variant: 'link', class: 'hover:text-success-pressed active:text-success-pressed' },
  { color: 'info', variant: 'solid', class: 'hover:bg-info-pressed active:bg-info-pressed' },
  { color: 'info', variant: 'link', class: 'hover:text-info-pressed active:text-info-pressed' },
  { color: 'warning', variant: 'solid', class: 'hover:bg-warning-pressed active:bg-warning-pressed' },
  { color: 'warning', variant: 'link', class: 'hover:text-warning-pressed active:text-warning-pressed' },
  { color: 'error', variant: 'solid', class: 'hover:bg-error-pressed active:bg-error-pressed' },
  { color: 'error', variant: 'link', class: 'hover:text-error-pressed active:text-error-pressed' },
  // The accent on its own tint.
  { color: 'primary', variant: 'soft', class: 'text-primary-pressed' },
  { color: 'primary', variant: 'subtle', class: 'text-primary-pressed' },
  { color: 'primary', variant: 'outline', class: 'hover:text-primary-pressed active:text-primary-pressed' },
  { color: 'primary', variant: 'ghost', class: 'hover:text-primary-pressed active:text-primary-pressed' },
  { color: 'info', variant: 'soft', class: 'text-info-pressed' },
  { color: 'info', variant: 'subtle', class: 'text-info-pressed' },
  { color: 'info', variant: 'outline', class: 'hover:text-info-pressed active:text-info-pressed' },
  { color: 'info', variant: 'ghost', class: 'hover:text-info-pressed active:text-info-pressed' },
] as const;

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
    button: { slots: { base: 'font-medium' }, compoundVariants: [...pressed], defaultVariants: { size: 'sm' } },
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
