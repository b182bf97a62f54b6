import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium, howToGetChromium } from '../tools/find-chromium.ts';
import type { Product } from './product.ts';

/** A page that remembers what it must not do: ask anybody but the product, or fail in its console. */
export interface WatchedPage {
  readonly page: Page;
  /** Requests to anybody but the product. */
  readonly foreign: readonly string[];
  /** Uncaught errors and errors of the console. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

/** Pages that no test has closed yet, for the pictures of a failed step. */
export const pagesOpen = new Set<Page>();

const screens = join(dirname(import.meta.dirname), '.cache', 'screens');
/** Patience with a machine that is busy with other things; where it is not, nothing waits. */
const waitMsMax = 60_000;

export const openBrowser = async (): Promise<Browser> => {
  const found = await findChromium();
  if (!found) throw new Error(howToGetChromium);
  return chromium.launch({
    executablePath: found.path,
    // Chromium's own sandbox does not start for root, nor in most containers; only our own pages are opened.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
};

export const openPage = async (
  browser: Browser,
  product: Product,
  options: BrowserContextOptions & { cookie?: string } = {},
): Promise<WatchedPage> => {
  const { cookie, ...contextOptions } = options;
  const context = await browser.newContext({
    baseURL: product.url,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    // Without a LANG some builds call their language en-US@posix, which no function of the language takes.
    locale: 'en-US',
    ...contextOptions,
  });
  if (cookie) {
    await context.addCookies(
      cookie.split('; ').map((pair) => ({
        name: pair.slice(0, pair.indexOf('=')),
        value: pair.slice(pair.indexOf('=') + 1),
        url: product.url,
      })),
    );
  }
  const page = await context.newPage();
  page.setDefaultTimeout(waitMsMax);
  pagesOpen.add(page);
  page.on('close', () => pagesOpen.delete(page));
  const foreign: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(product.url) && !/^(data|blob|about):/.test(url)) foreign.push(url);
  });
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // What the API refuses is told in the page; the browser logs it once more.
    if (/^Failed to load resource: the server responded with a status of 4\d\d/.test(message.text())) return;
    faults.push(message.text());
  });
  return { page, foreign, faults, close: () => context.close() };
};

const rulesOfAll = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const runAxe = async (page: Page, runOnly: axe.RunOptions['runOnly']): Promise<string[]> => {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (only) => {
    const runner = (globalThis as unknown as { axe: typeof axe }).axe;
    return (await runner.run({ runOnly: only!, resultTypes: ['violations'] })).violations;
  }, runOnly);
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id} (${impact}) ${target.join(' ')}: ${failureSummary?.split('\n').slice(1).join(' ').trim()}`,
    ),
  );
};

/** Violations of WCAG 2.2 A and AA that axe finds, one line each: rule, impact, where. */
export const accessibilityFaults = (page: Page): Promise<string[]> => runAxe(page, { type: 'tag', values: rulesOfAll });

/** The same for the rules about colours alone: what may differ when a page that was looked at turns dark. */
export const colourFaults = (page: Page): Promise<string[]> =>
  runAxe(page, { type: 'rule', values: ['color-contrast', 'link-in-text-block'] });

/**
 * What stands beyond the right edge of the window and cannot be reached, one line each: also what a parent cuts off.
 * What scrolls sideways inside a part of its own (a table, a block of code) can be reached.
 */
export const beyondTheEdge = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const width = document.documentElement.clientWidth;
    const found = [];
    const look = (element) => {
      const style = getComputedStyle(element);
      if (style.display === 'none' || style.visibility === 'hidden' || style.position === 'fixed') return;
      const box = element.getBoundingClientRect();
      if (box.width > 1 && box.height > 1 && box.left < width && box.right > width + 1 && element.tagName !== 'svg') {
        found.push(element.tagName.toLowerCase() + '.' + [...element.classList].slice(0, 3).join('.') + ' ends at ' + Math.round(box.right) + ' of ' + width);
        return;
      }
      if (/auto|scroll/.test(style.overflowX) && element !== document.body && element !== document.documentElement) return;
      // Text that is cut with an ellipsis ends where its cell ends, however long it is.
      if (style.textOverflow === 'ellipsis' && style.overflowX !== 'visible') return;
      // What ends in an ellipsis says so by itself.
      if (style.textOverflow === 'ellipsis' && style.overflowX !== 'visible') return;
      for (const child of element.children) look(child);
    };
    look(document.body);
    return found;
  })()`);

/** Keeps a picture of the screen in `.cache/screens` for whoever wants to look. */
export const keepPicture = async (page: Page, name: string): Promise<void> => {
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, `${name}.png`) });
};

/** Keeps where a page is and what can be read on it, in `.cache/screens`. */
export const keepWords = async (page: Page, name: string): Promise<void> => {
  mkdirSync(screens, { recursive: true });
  const words = await page.locator('body').innerText({ timeout: 5_000 });
  writeFileSync(join(screens, `${name}.txt`), `${page.url()}\n${words}\n`);
};
