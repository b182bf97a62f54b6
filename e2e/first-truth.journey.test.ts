import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { openPalette } from './keyboard.ts';
import { cookieOf, lookAt, seen } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { adminOfTests } from './people.ts';
import { startProduct, type Product } from './product.ts';
import { runHello } from './run-hello.ts';

/** From the printed link to the first trace and its log line, as a person goes it. */
let product: Product;
let browser: Browser;
let watched: WatchedPage;
const requests = 25;
stepsOfOneJourney();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  watched = await openPage(browser, product);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

it('the link that the first start printed makes the first admin', async () => {
  const { page } = watched;
  await page.goto(product.setupLink);
  await page.getByLabel('Organisation').fill(adminOfTests.organisation);
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'set-up');
  await page.getByLabel('Your name').fill(adminOfTests.displayName);
  await page.getByLabel('E-mail address').fill(adminOfTests.email);
  await page.getByLabel('Password').fill(adminOfTests.password);
  await page.getByRole('button', { name: 'Set up Leadline' }).click();
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
});

it('the link works once', async () => {
  const other = await openPage(browser, product);
  await other.page.goto(product.setupLink);
  await other.page.getByLabel('Organisation').fill('Somebody else');
  await other.page.getByLabel('Your name').fill('Mallory');
  await other.page.getByLabel('E-mail address').fill('mallory@elsewhere.example');
  await other.page.getByLabel('Password').fill('a-long-enough-password-of-words');
  await other.page.getByRole('button', { name: 'Set up Leadline' }).click();
  await other.page.getByRole('alert').first().waitFor();
  await other.close();
});

it('nothing was received: the screens say how to send the first span, in every language, with the true address', async () => {
  const { page } = watched;
  await page.getByText('Nothing was received yet').waitFor();
  await page.getByText(product.otlpHttpUrl).first().waitFor();
  for (const language of ['Node', '.NET', 'Java', 'Python', 'Go']) {
    await page.getByText(language, { exact: true }).first().click();
    await page
      .getByText(new RegExp(`^.*${product.otlpHttpUrl}`))
      .first()
      .waitFor();
  }
});

it.each(['/services', '/service-map', '/traces', '/logs'])(
  '%s without data has no accessibility fault and fits a phone',
  async (path) => {
    const cookie = await cookieOf(watched.page);
    await lookAt(
      { browser, product, cookie },
      path,
      `empty${path.replace('/', '-')}`,
      seen(/was received (yet|in this stretch)/),
    );
  },
);

it('a service under the real SDK stands on the page by itself, with exactly its requests', async () => {
  const { page } = watched;
  await page.goto('/services');
  await page.getByText('Nothing was received yet').waitFor();
  await runHello(product, requests);
  await page.getByRole('link', { name: 'harbour/hello' }).first().waitFor();
  await expect
    .poll(
      () =>
        page.evaluate(async () => {
          const answer = await fetch('/api/v1/services/harbour%2Fhello/signals');
          return ((await answer.json()) as { totals: { requests: number } }).totals.requests;
        }),
      { timeout: 30_000 },
    )
    .toBe(requests);
});

it('the service opens, from there a trace, and in it the log line that was written', async () => {
  const { page } = watched;
  await page.getByRole('link', { name: 'harbour/hello' }).first().click();
  await page.getByRole('heading', { name: /harbour\/hello/ }).waitFor();
  for (const signal of ['Latency', 'Traffic', 'Errors'])
    await page.getByText(signal, { exact: true }).first().waitFor();
  await page.getByText('Slowest', { exact: true }).click();
  await page.getByRole('link', { name: /^GET/ }).first().click();
  await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  // The request that was served, below the call that was made.
  await page
    .getByRole('row', { name: /harbour\/hello/ })
    .last()
    .click();
  await page.getByText('Logs written within it').waitFor();
  await page.getByText('seven fathoms under the keel').first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'first-trace');
});

it('the palette and the keys lead everywhere', async () => {
  const { page } = watched;
  await openPalette(page);
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'palette');
  await page.keyboard.type('logs');
  await page.getByRole('option', { name: /^Logs/ }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/logs/);
  await page.getByText('seven fathoms under the keel').first().waitFor();
  for (const [key, path] of [
    ['m', 'service-map'],
    ['t', 'traces'],
    ['s', 'services'],
  ]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key!);
    await page.waitForURL(new RegExp(`/${path}`));
  }
});

it('dark and light change by a button, and stay after a reload', async () => {
  const { page } = watched;
  const isDark = (): Promise<boolean> => page.evaluate<boolean>("document.documentElement.classList.contains('dark')");
  const before = await isDark();
  await page
    .getByRole('button', { name: /Change to the (dark|light) theme/ })
    .first()
    .click();
  await expect.poll(isDark).toBe(!before);
  await page.reload();
  await page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
  expect(await isDark()).toBe(!before);
  await page
    .getByRole('button', { name: /Change to the (dark|light) theme/ })
    .first()
    .click();
});

it('signs out, and in again with the keyboard alone', async () => {
  const { page } = watched;
  await page.getByRole('button', { name: `Account of ${adminOfTests.displayName}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail address or name').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'sign-in');
  await page.goto('/services');
  await page.waitForURL(/\/sign-in/);
  await page.getByLabel('E-mail address or name').waitFor();
  // The first field has the focus; nothing is clicked from here on.
  await expect.poll(() => page.evaluate<string>('document.activeElement?.tagName')).toBe('INPUT');
  await page.keyboard.type(adminOfTests.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type('wrong at first');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').first().waitFor();
  await page.getByLabel('Password').focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(adminOfTests.password);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'harbour/hello' }).first().waitFor();
  await page.getByRole('link', { name: 'harbour/hello' }).first().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /harbour\/hello/ }).waitFor();
});

it('asked nobody but the product, and failed nowhere', () => {
  expect(watched.foreign).toEqual([]);
  expect(watched.faults).toEqual([]);
});
