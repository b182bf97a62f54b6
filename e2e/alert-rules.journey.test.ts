import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser, openPage, type WatchedPage } from './browser.ts';
import { lookAt, narrow, seen, type Looker } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { setUp, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** A rule is written on the page, tried on what was measured before, saved, fires by itself, and clears. */
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let ada: Session;
stepsOfOneJourney();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ada = await setUp(product);
  watched = await openPage(browser, product, { cookie: ada.cookie });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const looker = (): Looker => ({ browser, product, cookie: ada.cookie });
const minute = 60_000;

/** Points of the gauge `queue.size` over OTLP, `[minutes ago, value]`, as a collector sends them. */
const send = async (points: readonly (readonly [number, number])[]): Promise<void> => {
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
  const dataPoints = points.map(([ago, value]) => ({
    timeUnixNano: String(BigInt(Math.round(Date.now() - ago * minute)) * 1_000_000n),
    asDouble: value,
    attributes: [text('queue', 'mail')],
  }));
  const resource = { attributes: [text('service.namespace', 'shop'), text('service.name', 'mail')] };
  const metrics = [{ name: 'queue.size', unit: '{mail}', gauge: { dataPoints } }];
  const response = await fetch(`${product.otlpHttpUrl}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }),
  });
  expect(response.status).toBe(200);
};

const document = `apiVersion: leadline.dev/v1
kind: AlertRule
metadata:
  name: mails-wait
spec:
  title: Mails wait
  severity: critical
  measure:
    metric: { name: queue.size, aggregate: last, by: [queue] }
  over: PT1M
  every: PT10S
  delay: PT0S
  fire: { op: '>', value: 1000 }
  noData: { then: keep, after: PT1H }`;

describe('alert rules', () => {
  it('teach where there is none', async () => {
    await lookAt(looker(), '/alert-rules', 'alert-rules-empty', seen('There is no alert rule yet'), [narrow]);
  });

  it('are written as a document, which says what is wrong with it, and tried on what was measured', async () => {
    const ago = Array.from({ length: 240 }, (_, index) => index + 5);
    await send(ago.map((back) => [back, back > 100 && back < 130 ? 2_500 : 40] as const));
    const { page } = watched;
    await page.goto('/alert-rules');
    await page.getByRole('button', { name: 'New rule' }).click();
    await page.getByRole('button', { name: 'Certificate runs out' }).click();
    const field = page.getByLabel('Document');
    await field.fill(document.replace('aggregate: last', 'aggregate: most'));
    await page.getByRole('alert').getByText('spec.measure').waitFor();
    await field.fill(document);
    await page.getByRole('button', { name: '1 day' }).click();
    // What was just sent reaches the engine within a second or so.
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: 'Preview', exact: true }).click();
          return page.getByRole('status').allTextContents();
        },
        { timeout: 60_000, interval: 1_500 },
      )
      .toContainEqual(expect.stringContaining('It would have fired once'));
    await page.getByText('queue mail').first().waitFor();
    await page.getByRole('button', { name: 'Save the rule' }).click();
    await page.getByText('It is judged from now on').waitFor();
  });

  it('fire by themselves, say why, and clear', async () => {
    await send([[0, 4_200]]);
    const alerts = async () =>
      ((await ada.call('GET', '/api/v1/alerts?state=all')) as { items: { status: string; summary: string }[] }).items;
    await expect
      .poll(alerts, { timeout: 60_000 })
      .toEqual([expect.objectContaining({ status: 'firing', source: 'rules' })]);
    expect((await alerts())[0]!.summary).toBe('Mails wait: last of queue.size (queue mail): 4200; above 1000');
    await lookAt(looker(), '/alert-rules', 'alert-rules', seen('Mails wait'));
    await lookAt(looker(), '/alert-rules', 'alert-rule', async (page) => {
      await page.getByRole('button', { name: /Mails wait/u }).click();
      await page.getByText('4200; ').first().waitFor();
      await page.getByRole('button', { name: 'Preview', exact: true }).click();
      await page.getByText('It would have fired').waitFor();
    });
    await send([[0, 12]]);
    await expect.poll(alerts, { timeout: 60_000 }).toEqual([expect.objectContaining({ status: 'resolved' })]);
  });

  it('that are deleted end what they fire', async () => {
    await send([[0, 9_000]]);
    const states = async () =>
      ((await ada.call('GET', '/api/v1/alerts?state=all')) as { items: { status: string }[] }).items.map(
        ({ status }) => status,
      );
    await expect.poll(states, { timeout: 60_000 }).toContain('firing');
    const { page } = watched;
    await page.goto('/alert-rules');
    await page.getByRole('button', { name: /Mails wait/u }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByRole('button', { name: 'Delete mails-wait' }).click();
    await page.getByText('There is no alert rule yet').waitFor();
    await expect.poll(states, { timeout: 30_000 }).toEqual(['resolved', 'resolved']);
  });
});
