import { expect } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, beyondTheEdge, colourFaults, keepPicture, openPage } from './browser.ts';
import type { Product } from './product.ts';

/** Who looks: a browser, at a product, signed in with this cookie. */
export interface Looker {
  readonly browser: Browser;
  readonly product: Product;
  readonly cookie: string;
}

/** The cookies with which this page is signed in, for another page of the same person. */
export const cookieOf = async (page: Page): Promise<string> =>
  (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');

const idleMsMax = 750;
/** Drawing them takes a fifth of a second each: `PICTURES=1 npm test -- e2e` keeps them. */
const pictures = process.env['PICTURES'] === '1';
/** Runs in the page: two frames, so that what has to turn has begun to, then the end of every transition. */
const coloursAreThere = `(async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await frame();
  await frame();
  const turning = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.all(turning.map((each) => each.finished.catch(() => {})));
})()`;
export const wide = 1440;
export const narrow = 390;

/**
 * Looks at one screen in all its looks, light and dark, at each width: nothing that axe finds, nothing sideways,
 * nobody else asked, nothing failed. The page is loaded once a width and then turned dark, as a system does in the
 * evening; in the dark axe looks at the colours alone, since nothing else differs.
 * `ready` waits for what must stand there; `name` names the pictures that PICTURES=1 keeps in `.cache/screens`.
 */
export const lookAt = async (
  { browser, product, cookie }: Looker,
  path: string,
  name: string,
  ready: (page: Page) => Promise<unknown>,
  widths: readonly number[] = [wide, narrow],
): Promise<void> => {
  const { page, foreign, faults, close } = await openPage(browser, product, {
    cookie,
    colorScheme: 'light',
    viewport: sizeOf(widths[0]!),
  });
  for (const width of widths) {
    await page.setViewportSize(sizeOf(width));
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(path);
    await ready(page);
    // What shows what is live never rests for long.
    await page.waitForLoadState('networkidle', { timeout: idleMsMax }).catch(() => {});
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await beyondTheEdge(page)).toEqual([]);
    if (pictures) await keepPicture(page, `${name}-light-${width}`);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html.dark').waitFor();
    // Colours that are still on their way are not those that a person reads.
    await page.evaluate(coloursAreThere);
    expect(await colourFaults(page)).toEqual([]);
    if (pictures) await keepPicture(page, `${name}-dark-${width}`);
    expect(foreign).toEqual([]);
    expect(faults).toEqual([]);
  }
  await close();
};

const sizeOf = (width: number): { readonly width: number; readonly height: number } => ({
  width,
  height: width === narrow ? 844 : 900,
});

/** Waits for the first of these words that can be seen. */
export const seen =
  (words: string | RegExp) =>
  (page: Page): Promise<void> =>
    page.getByText(words).locator('visible=true').first().waitFor();
