import { expect } from 'vitest';
import type { Page } from 'playwright-core';

const pressesMax = 120;

/**
 * Presses Tab until the part of this name has the focus, as somebody without a mouse does. Rejects where none of that
 * name is reached. The name is what a screen reader says: the label, else the text.
 */
export const tabTo = async (page: Page, name: string | RegExp): Promise<void> => {
  const passed: string[] = [];
  for (let press = 0; press < pressesMax; press += 1) {
    await page.keyboard.press('Tab');
    const here = await page.evaluate<string>(nameOfFocus);
    if (typeof name === 'string' ? here === name : name.test(here)) return;
    passed.push(here);
  }
  throw new Error(`Tab did not reach ${String(name)}; it came by: ${[...new Set(passed)].join(' | ')}`);
};

/** Opens the palette, and resolves when what is typed goes there. */
export const openPalette = async (page: Page): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.locator('[role=dialog] input:focus').waitFor();
};

/** Goes where the highlighted line of the palette leads, and resolves when the keys are the screen's again. */
export const goFromPalette = async (page: Page): Promise<void> => {
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
};

/**
 * Opens the menu that has the focus, finds an option by typing its words, and takes it. Each key waits for what the key
 * before it did: a menu that still closes takes the focus back to its button, from whatever was reached meanwhile.
 */
export const chooseByKeys = async (page: Page, words: string): Promise<void> => {
  const menu = page.getByRole('listbox');
  const button = await page.evaluate<string>(nameOfFocus);
  await page.keyboard.press('Enter');
  await menu.waitFor();
  await page.locator('input:focus').waitFor();
  await page.keyboard.type(words);
  await page.locator('[role=option][data-highlighted]', { hasText: words }).waitFor();
  await page.keyboard.press('Enter');
  await menu.waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate<string>(nameOfFocus)).toBe(button);
};

/** Runs in the page. */
const nameOfFocus = `(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  const labelled = (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  const label = one.id ? document.querySelector('label[for="' + CSS.escape(one.id) + '"]')?.textContent : '';
  return (one.getAttribute('aria-label') || labelled.trim() || label || one.textContent || '').replace(/\\s+/g, ' ').trim();
})()`;
