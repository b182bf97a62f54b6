import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, type WatchedPage } from './browser.ts';
import { lookAt, narrow, seen, type Looker } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { setUp, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** A heartbeat is added on the page, pinged by the line that the page gives, falls silent, and somebody is paged for it. */
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let ada: Session;
let receiver: Server;
let hook = '';
const received: any[] = [];
stepsOfOneJourney();

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(parts).toString('utf8')));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/ada`;
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ada = await setUp(product);
  watched = await openPage(browser, product, { cookie: ada.cookie });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  receiver?.close();
});

const looker = (): Looker => ({ browser, product, cookie: ada.cookie });

describe('heartbeats', () => {
  it('teach where there is none', async () => {
    await lookAt(looker(), '/heartbeats', 'heartbeats-empty', seen('Nothing is listened for yet'), [narrow]);
  });

  it('are added on the page, which gives the lines to paste', async () => {
    const { page } = watched;
    await page.goto('/heartbeats');
    await page.getByRole('button', { name: 'Add a heartbeat' }).click();
    await page.getByLabel('Name').fill('nightly-backup');
    await page.getByLabel('What it is').fill('The backup of the ledger');
    await page.getByRole('button', { name: 'Add the heartbeat' }).click();
    await page.getByText('It never pinged').waitFor();
    await page.getByRole('button', { name: 'Make a new address' }).click();
    const line = (await page.getByRole('region', { name: 'In a shell script' }).textContent())!;
    const address = /'(http[^']+)'/u.exec(line)![1]!;
    const answer = await fetch(address);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ name: 'nightly-backup', state: 'well' });
    await page.keyboard.press('Escape');
    await page.getByText('Well').first().waitFor();
  });

  it('that fall silent page somebody, also where nobody owns them', async () => {
    await ada.call('PUT', `/api/v1/people/${(await ada.call('GET', '/api/v1/account')).person.name}`, {
      email: 'ada@harbour.example',
      zone: 'Europe/Berlin',
      contactMethods: [{ name: 'hook', channel: 'webhook', address: hook }],
      rules: [{ after: 'PT0S', contactMethod: 'hook' }],
    });
    await ada.call('PUT', '/api/v1/heartbeats/queue', { every: 'PT10S', grace: 'PT0S' });
    await ada.call('POST', '/api/v1/heartbeats/queue/ping');
    await expect
      .poll(() => received.map((each) => each.data?.page?.summary), { timeout: 90_000 })
      .toContain('queue fell silent');
    const { page } = watched;
    await page.goto('/heartbeats');
    await page.getByText('Missed').first().waitFor();
    await lookAt(looker(), '/heartbeats', 'heartbeats', async (other) => {
      await other.getByText('Missed').first().waitFor();
      await other.getByRole('button', { name: 'queue' }).click();
      await other.getByText('Nothing came since').waitFor();
    });
    await ada.call('POST', '/api/v1/heartbeats/queue/ping');
    const pages = () => ada.call('GET', '/api/v1/pages') as Promise<{ items: { state: string }[] }>;
    await expect
      .poll(async () => (await pages()).items.map(({ state }) => state), { timeout: 60_000 })
      .toEqual(['resolved']);
  });
});
