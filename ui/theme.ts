import { ref } from 'vue';

export type Theme = 'light' | 'dark';

/** Set before the first paint by apps/web/public/early.js; kept under the same name. */
const storageName = 'leadline-theme';

export const theme = ref<Theme>(
  typeof document !== 'undefined' && document.documentElement.classList.contains('dark') ? 'dark' : 'light',
);

/** Changes between dark and light and remembers it in this browser. */
export const toggleTheme = (): void => {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark';
  document.documentElement.classList.replace(theme.value, next);
  theme.value = next;
  try {
    localStorage.setItem(storageName, next);
  } catch {
    // Storage can be refused by the browser's settings; the choice then lasts until the tab closes.
  }
};
