import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startShop, type Shop } from '../apps/shop/start.ts';
import { accessibilityFaults, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { openPalette } from './keyboard.ts';
import { lookAt, seen, type Looker } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { setUp, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** The shop gets promises, breaks one, and keeps it again: seen on the page as it happens. */
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let ada: Session;
let shop: Shop;
const patienceMs = 90_000;
/** A burn that is over is withdrawn when its short window says so: five minutes, and a little. */
const recoveryMs = 8 * 60_000;
/** A decision stands on the ledger ten seconds after the ten seconds in which the formula crosses. */
const burningBoundMs = 20_000;
stepsOfOneJourney();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ada = await setUp(product);
  watched = await openPage(browser, product, { cookie: ada.cookie });
});
afterAll(async () => {
  await shop?.stop();
  await browser?.close();
  await product?.stop();
});

const looker = (): Looker => ({ browser, product, cookie: ada.cookie });
const eventsOf = async (kind: string): Promise<{ at: string; data: { tier: string; crossedAt: string } }[]> =>
  (await ada.call('GET', `/api/v1/ledger?kind=${kind}&subject=objective:${name}`)).items;

/** What the page made of the proposal that was accepted. */
let name = '';

it('nothing is promised: the screen says what a promise is, and how one is made as code', async () => {
  const { page } = watched;
  await page.goto('/objectives');
  await page.getByRole('heading', { name: 'Nothing is promised yet' }).waitFor();
  await page.getByText(/leadline objective example/).waitFor();
  await lookAt(looker(), '/objectives', 'objectives-empty', seen('Nothing is promised yet'));
});

it(
  'what the shop does becomes proposals, and one click makes a promise',
  async () => {
    const { page } = watched;
    shop = await startShop({ otlpHttpUrl: product.otlpHttpUrl, controlled: false });
    let proposed: { name: string; displayName: string } | undefined;
    const isProposed = async (): Promise<boolean> => {
      const { items } = await ada.call('GET', '/api/v1/objective-suggestions?service=shop%2Fpayment');
      [proposed] = items.filter((item: { about: string }) => item.about === 'availability');
      return proposed !== undefined;
    };
    await expect.poll(isProposed, { timeout: patienceMs, interval: 250 }).toBe(true);
    name = proposed!.name;
    await page.reload();
    await page.getByRole('list', { name: 'Proposed objectives' }).waitFor();
    await lookAt(looker(), '/objectives', 'objectives-proposed', seen('Proposed from what was seen'));
    await page.getByRole('button', { name: `Accept ${proposed!.displayName}`, exact: true }).click();
    await page.getByRole('heading', { name: 'Lately' }).waitFor();
    await page.getByRole('link', { name: proposed!.displayName }).first().waitFor();
  },
  4 * patienceMs,
);

it('the promise keeps: its budget is whole, and every number opens how it came about', async () => {
  const { page } = watched;
  await page.goto(`/objectives/${name}`);
  await page.getByText('On target').waitFor({ timeout: patienceMs });
  await page
    .getByRole('button', { name: /^Now: 100 %/ })
    .first()
    .waitFor({ timeout: patienceMs });
  await page.getByRole('button', { name: /^Budget left: 100 %/ }).click();
  await page.getByText('1 − 0 ÷').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
});

it(
  'a fault burns the budget, on the screen by itself and on the ledger within the bound',
  async () => {
    const { page } = watched;
    shop.setFault('payment', { errors: 0.5, latencyMs: 0 });
    // A promise of some minutes has a small budget: it burns, and is gone almost at once.
    await page.getByText('Burns its budget too fast').first().waitFor({ timeout: patienceMs });
    await page.getByText('Exhausted', { exact: true }).first().waitFor({ timeout: patienceMs });
    const [burning] = await eventsOf('budget.burning');
    expect(Date.parse(burning!.at) - Date.parse(burning!.data.crossedAt)).toBeLessThanOrEqual(burningBoundMs);
    await page.getByText('No changes, but for P0 incidents and for security').waitFor({ timeout: patienceMs });
    await keepPicture(page, 'objective-exhausted');
    await page.goto('/objectives?show=exhausted');
    await page
      .getByRole('row', { name: /The budget is exhausted/ })
      .first()
      .waitFor();
    await keepPicture(page, 'objectives-exhausted');
    shop.setFault('payment', { errors: 0, latencyMs: 0 });
  },
  3 * patienceMs,
);

it('an objective is written in the form, judged by its history, and is the same document', async () => {
  const { page } = watched;
  await page.goto('/objectives/new?service=shop%2Fcheckout');
  await page.getByLabel('What is promised').fill('Checkout answers in time');
  expect(await page.getByLabel('Name in files and addresses').inputValue()).toBe('checkout-answers-in-time');
  await page.getByRole('button', { name: 'It is fast' }).click();
  await page.getByLabel('Within, milliseconds').fill('250');
  await page.getByText('withinMs: 250').waitFor();
  await page.getByRole('button', { name: '99 %', exact: true }).click();
  await page.getByText('target: 0.99').waitFor();
  await page.getByText('had 99 % been promised').waitFor();
  await page.getByLabel('Within, milliseconds').fill('');
  await page.getByRole('button', { name: 'Make the objective' }).click();
  await page.getByText('Say within how many milliseconds.').waitFor();
  await page.getByLabel('Within, milliseconds').fill('250');
  await page.getByRole('button', { name: 'Make the objective' }).click();
  await page.waitForURL(/\/objectives\/checkout-answers-in-time$/);
  await page.getByRole('heading', { name: /Checkout answers in time/ }).waitFor();
  await page.getByText('Promised 99 % over 28 days').waitFor();
  const { items } = await ada.call('GET', '/api/v1/objective-documents?objective=checkout-answers-in-time');
  expect(items[0].body.spec.objectives).toEqual([{ target: 0.99 }]);
});

it('the palette finds it, and the service shows it', async () => {
  const { page } = watched;
  await openPalette(page);
  await page.keyboard.type('answers in time');
  await page.getByRole('option', { name: /Checkout answers in time/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto('/services/shop%2Fcheckout');
  await page.getByRole('link', { name: 'Checkout answers in time' }).waitFor();
});

it('time is left out with a reason, and a review is recorded, both on the screen of the objective', async () => {
  const { page } = watched;
  await page.goto('/objectives/checkout-answers-in-time');
  await page.getByRole('button', { name: 'Leave time out' }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('Short');
  await page.getByRole('button', { name: 'Leave it out' }).click();
  await page.getByText('Say why, in at least 8 characters.').waitFor();
  await page.getByRole('dialog').getByLabel('Why').fill('New disks for the database');
  await page.getByRole('button', { name: 'Leave it out' }).click();
  await page.getByText('New disks for the database').first().waitFor();
  await page.getByRole('button', { name: 'Review it' }).click();
  await page.getByRole('dialog').getByLabel('Why').fill('Too young to say');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Record the review' }).click();
  await page.getByText('Kept at 99 %').waitFor();
  await page.getByText('Too young to say').waitFor();
});

it('a link shows the budget to who has no account, and nothing else', async () => {
  const { page } = watched;
  await page.getByRole('button', { name: 'Make a link for readers' }).click();
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByRole('region', { name: 'the link' }).innerText();
  expect(await accessibilityFaults(page)).toEqual([]);
  const reader = await openPage(browser, product);
  await reader.page.goto(new URL(link.trim()).pathname);
  await reader.page.getByRole('heading', { name: 'Checkout answers in time', level: 2 }).waitFor();
  await reader.page.getByText(/of a promised 99 % over 28 days/).waitFor();
  expect(await accessibilityFaults(reader.page)).toEqual([]);
  await keepPicture(reader.page, 'objectives-shared');
  expect(reader.faults).toEqual([]);
  await reader.close();
});

describe.each([
  ['/objectives', 'Lately', 'objectives'],
  ['/objectives/checkout-answers-in-time', 'Error budget', 'objective'],
  ['/objectives/checkout-answers-in-time/edit', 'The same as a document', 'objective-edit'],
  ['/objectives/backtest', 'What to try', 'backtest'],
  ['/objectives/corrections', 'New disks for the database', 'corrections'],
  ['/objectives/reviews', /No review is due|Without a date/, 'reviews'],
] as const)('%s', (path, words, picture) => {
  it('has no accessibility fault and fits a phone, light and dark', () => lookAt(looker(), path, picture, seen(words)));
});

it(
  'the fault is over: the short window withdraws the alert by itself',
  async () => {
    const { page } = watched;
    await expect
      .poll(async () => (await eventsOf('budget.recovered')).length, { timeout: recoveryMs })
      .toBeGreaterThan(0);
    await page.goto(`/objectives/${name}`);
    await page.getByText('No longer burns').first().waitFor();
  },
  recoveryMs + patienceMs,
);

it('asked nobody but the product, and failed nowhere', () => {
  expect(watched.foreign).toEqual([]);
  expect(watched.faults).toEqual([]);
});
