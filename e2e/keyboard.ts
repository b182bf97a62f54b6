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

/** Runs in the page. */
const nameOfFocus = `(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  const labelled = (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  const label = one.id ? document.querySelector('label[for="' + CSS.escape(one.id) + '"]')?.textContent : '';
  return (one.getAttribute('aria-label') || labelled.trim() || label || one.textContent || '').replace(/\\s+/g, ' ').trim();
})()`;
