import { beforeEach, expect, it, vi } from 'vitest';

/** The system's theme, as the browser tells of it. */
const system = new EventTarget();
const systemTurns = (matches: boolean): boolean =>
  system.dispatchEvent(Object.assign(new Event('change'), { matches }));
const shown = (): string => [...document.documentElement.classList].join(' ');
let theming: typeof import('./theme.ts');

beforeEach(async () => {
  localStorage.clear();
  document.documentElement.className = 'light';
  vi.stubGlobal('matchMedia', () => system);
  vi.resetModules();
  theming = await import('./theme.ts');
  theming.followTheSystem();
});

it('turns dark in the evening and light in the morning, with the system', () => {
  systemTurns(true);
  expect([shown(), theming.theme.value]).toEqual(['dark', 'dark']);
  systemTurns(false);
  expect([shown(), theming.theme.value]).toEqual(['light', 'light']);
});

it('stays as a person chose', () => {
  theming.toggleTheme();
  expect([shown(), localStorage.getItem('leadline-theme')]).toEqual(['dark', 'dark']);
  systemTurns(true);
  systemTurns(false);
  expect(shown()).toBe('dark');
});
