import { ref } from 'vue';

export type Theme = 'light' | 'dark';

/** Set before the first paint by apps/web/public/early.js; kept under the same name. */
const storageName = 'leadline-theme';

export const theme = ref<Theme>(
  typeof document !== 'undefined' && document.documentElement.classList.contains('dark') ? 'dark' : 'light',
);

const show = (next: Theme): void => {
  document.documentElement.classList.remove('light', 'dark');
  document.documentElement.classList.add(next);
  theme.value = next;
};

/** What a person chose in this browser; null: nothing, the system's theme counts. */
const chosen = (): string | null => {
  try {
    return localStorage.getItem(storageName);
  } catch {
    return null;
  }
};

/** Changes between dark and light and remembers it in this browser. */
export const toggleTheme = (): void => {
  const next: Theme = theme.value === 'dark' ? 'light' : 'dark';
  show(next);
  try {
    localStorage.setItem(storageName, next);
  } catch {
    // Storage can be refused by the browser's settings; the choice then lasts until the tab closes.
  }
};

/** Turns dark and light with the system, as in the evening, for whoever chose neither here. */
export const followTheSystem = (): void => {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
    if (chosen() === null) show(matches ? 'dark' : 'light');
  });
};
