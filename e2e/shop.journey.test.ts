import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startShop, type Shop } from '../apps/shop/start.ts';
import { accessibilityFaults, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { lookAt, seen } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { setUp, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** The demo: a shop of real services, seen as it is, and a fault seen as it happens. */
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let ada: Session;
let shop: Shop;
let shopBeganMs: number;
const services = ['gateway', 'catalog', 'cart', 'checkout', 'payment'];
const patienceMs = 60_000;
stepsOfOneJourney();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ada = await setUp(product);
  watched = await openPage(browser, product, { cookie: ada.cookie });
  shopBeganMs = performance.now();
  shop = await startShop({ otlpHttpUrl: product.otlpHttpUrl, controlled: false });
});
afterAll(async () => {
  await shop?.stop();
  await browser?.close();
  await product?.stop();
});

const totalsOf = async (service: string, from: Date): Promise<{ requests: number; errors: number }> => {
  const query = new URLSearchParams({ from: from.toISOString(), to: new Date().toISOString() });
  return (await ada.call('GET', `/api/v1/services/shop%2F${service}/signals?${query}`)).totals;
};

it('all five services stand on the page within a minute of the start', async () => {
  const { page } = watched;
  await page.goto('/services');
  for (const service of services)
    await page
      .getByRole('link', { name: `shop/${service}` })
      .first()
      .waitFor({ timeout: patienceMs });
  expect(performance.now() - shopBeganMs).toBeLessThan(patienceMs);
});

it('the map has exactly the neighbours that the shop has', async () => {
  const edges = async (): Promise<string[]> => {
    const { edges: found } = (await ada.call('GET', '/api/v1/service-map')) as {
      edges: { source: string; target: string }[];
    };
    return found.map(({ source, target }) => `${source} ${target}`.replaceAll('service:shop/', '')).toSorted();
  };
  await expect
    .poll(edges, { timeout: patienceMs })
    .toEqual([
      'cart catalog',
      'checkout cart',
      'checkout payment',
      'gateway cart',
      'gateway catalog',
      'gateway checkout',
    ]);
  await watched.page.goto('/service-map');
  for (const service of services) await watched.page.getByText(`shop/${service}`).first().waitFor();
});

it('saturation is what was really sent: CPU, memory and event loop of the runtime', async () => {
  const resources = async (): Promise<string[]> => {
    const { saturation } = (await ada.call('GET', '/api/v1/services/shop%2Fpayment/signals')) as {
      saturation: { resource: string }[];
    };
    return [...new Set(saturation.map(({ resource }) => resource))];
  };
  await expect
    .poll(resources, { timeout: patienceMs })
    .toEqual(expect.arrayContaining(['cpu', 'memory', 'event-loop']));
});

describe.each([
  ['/services', 'shop/payment'],
  ['/services/shop%2Fcheckout', 'Operations'],
  ['/service-map', 'shop/payment'],
  ['/traces', 'shop/gateway'],
  ['/logs', 'order placed'],
])('%s with data', (path, words) => {
  it('has no accessibility fault and fits a phone, light and dark', () =>
    lookAt({ browser, product, cookie: ada.cookie }, path, `shop${path.replaceAll(/[/%]+/g, '-')}`, seen(words)));
});

it(
  'a fault shows as the share that was set, also in who calls it, and on the screen at once',
  async () => {
    const { page } = watched;
    await page.goto('/services/shop%2Fpayment?range=5m');
    await page.getByText('Nothing failed in this stretch of time.').waitFor();
    const from = new Date();
    shop.setFault('payment', { errors: 0.2, latencyMs: 0 });
    // The screen is not touched: it follows by itself.
    await page
      .getByRole('link', { name: /POST \/payments/ })
      .first()
      .waitFor({ timeout: patienceMs });
    await expect
      .poll(async () => (await totalsOf('payment', from)).requests, { timeout: 4 * patienceMs })
      .toBeGreaterThan(300);
    const payment = await totalsOf('payment', from);
    expect(payment.errors / payment.requests).toBeGreaterThan(0.16);
    expect(payment.errors / payment.requests).toBeLessThan(0.24);
    const checkout = await totalsOf('checkout', from);
    expect(checkout.errors / checkout.requests).toBeGreaterThan(0.1);
  },
  6 * patienceMs,
);

it('a failing trace opens from there and shows the fault and its log line', async () => {
  const { page } = watched;
  await page
    .getByRole('link', { name: /POST \/payments/ })
    .first()
    .click();
  await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  await page.getByText('shop/payment').first().waitFor();
  await page.getByText('exception', { exact: true }).first().waitFor();
  await page
    .getByText(/the provider did not answer POST \/payments/)
    .first()
    .waitFor();
  await page.getByText('Logs written within it').first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'shop-failing-trace');
});

it('asked nobody but the product, and failed nowhere', () => {
  expect(watched.foreign).toEqual([]);
  expect(watched.faults).toEqual([]);
});
