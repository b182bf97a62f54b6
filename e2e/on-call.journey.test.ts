import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, beyondTheEdge, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { openPalette } from './keyboard.ts';
import { lookAt, narrow, seen, type Looker } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { setUp, tokenOf, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';
import { startReceivers, type Receivers } from './receivers.ts';

/** Somebody is on call, is woken, and answers from a phone: documents, page, letter, link, recovery, and every screen of it. */
let product: Product;
let browser: Browser;
let watched: WatchedPage;
let ada: Session;
let receivers: Receivers;
let token = '';
const patienceMs = 60_000;
const phone = { width: 390, height: 844 };
stepsOfOneJourney();

beforeAll(async () => {
  receivers = await startReceivers();
  const mail = ['--smtp-url', receivers.smtpUrl, '--smtp-from', 'Leadline <leadline@harbour.example>'];
  [product, browser] = await Promise.all([startProduct(mail), openBrowser()]);
  ada = await setUp(product);
  token = await tokenOf(ada, 'admin');
  watched = await openPage(browser, product, { cookie: ada.cookie });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await receivers?.stop();
});

const looker = (): Looker => ({ browser, product, cookie: ada.cookie });
const apply = (name: string, text: string): Promise<string> => {
  const file = join(product.data, name);
  writeFileSync(file, text);
  return product.cliAs(token, 'apply', '-f', file);
};
/** Chooses from a list that opens and closes: what is typed before it is closed would land in its search. */
const choose = async (list: Locator, option: string): Promise<void> => {
  await list.click();
  await list.page().getByRole('option', { name: option }).click();
  await list.page().getByRole('option').first().waitFor({ state: 'detached' });
};
const pageOf = (id: string): Promise<any> => ada.call('GET', `/api/v1/pages/${id}`);

/** The page that is raised on the screen, and answered by the link. */
let id = '';
let acknowledgeLink = '';

it('nobody is on call: the screen gives the documents that change it, and they are applied as they stand', async () => {
  const { page } = watched;
  await lookAt(looker(), '/on-call', 'on-call-empty', seen('Nobody is on call yet'), [narrow]);
  await lookAt(looker(), '/schedules', 'schedules-empty', seen('No schedule yet'), [narrow]);
  await lookAt(looker(), '/escalation-policies', 'policies-empty', seen('No escalation policy yet'), [narrow]);
  await page.goto('/on-call');
  const documents = await page.getByRole('region', { name: 'the documents' }).innerText();
  await apply('on-call.yaml', documents);
  await page.getByRole('heading', { name: 'On call now' }).waitFor();
  await page.getByRole('row', { name: /payments.*Ada Lindqvist *you/ }).waitFor();
});

it('people say by a file how they are reached, and their own screen shows it', async () => {
  await apply(
    'people.yaml',
    `apiVersion: leadline.dev/v1
kind: Person
metadata: {name: ada}
spec:
  email: ada@harbour.example
  displayName: Ada Lindqvist
  zone: Europe/Berlin
  contactMethods:
    - {name: mail, channel: email, address: ada@harbour.example}
    - {name: hook, channel: webhook, address: "${receivers.hookUrl}/ada"}
  rules: [{after: PT0S, contactMethod: mail}, {after: PT0S, contactMethod: hook}]
---
apiVersion: leadline.dev/v1
kind: Person
metadata: {name: grace}
spec:
  email: grace@harbour.example
  displayName: Grace Hopper
  zone: America/New_York
  contactMethods: [{name: hook, channel: webhook, address: "${receivers.hookUrl}/grace"}]
  rules: [{after: PT0S, contactMethod: hook}]
`,
  );
  const { page } = watched;
  await page.goto('/my-on-call');
  await page.getByText('A page reaches you').waitFor();
  await page.getByText('at once by mail').first().waitFor();
});

it('a page is raised on the screen, and a letter and a webhook call arrive with its link', async () => {
  const { page } = watched;
  await page.goto('/on-call');
  await page.getByRole('button', { name: 'Page someone' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Page them' }).click();
  await dialog.getByText('Choose who.').waitFor();
  await choose(dialog.getByRole('button', { name: /^Who: / }), 'payments');
  await dialog.getByLabel('Because').fill('Payments fail for every card');
  await dialog.getByLabel('What you know already').fill('Since the deploy of 8.1.2');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Page them' }).click();
  await page.waitForURL(/\/pages\/[0-9a-f-]{36}$/);
  id = page.url().split('/').at(-1)!;
  await page.getByRole('heading', { name: 'Payments fail for every card' }).waitFor();
  await expect.poll(() => receivers.letters.length, { timeout: patienceMs }).toBe(1);
  await expect.poll(() => receivers.calls.length, { timeout: patienceMs }).toBe(1);
  expect(receivers.letters[0]!.to).toEqual(['ada@harbour.example']);
  expect(receivers.letters[0]!.letter.subject).toContain('Payments fail for every card');
  expect(receivers.calls[0]).toMatchObject({ path: '/ada', idempotencyKey: expect.stringMatching(/.{8,}/) });
  const links = [...receivers.letters[0]!.letter.text!.matchAll(/https?:\/\/\S+\/page\/[\w-]+/g)].map(([link]) => link);
  expect(links.length).toBeGreaterThan(1);
  // Which of them acknowledges, its own page says.
  for (const link of links) {
    const html = await (await fetch(link)).text();
    if (html.includes('>Acknowledge</button>')) acknowledgeLink = link;
  }
  expect(acknowledgeLink).not.toBe('');
  expect((await pageOf(id)).state).toBe('triggered');
});

it('the screen of the page tells what was tried and why, by itself', async () => {
  const { page } = watched;
  await page.getByText('handed over').first().waitFor();
  await page.getByText('on call in payments').first().waitFor();
  await page.getByText('Since the deploy of 8.1.2').waitFor();
  await page.getByText(/Unless somebody answers, step 2 of 2 comes/).waitFor();
});

it('the link answers from a phone without signing in; the screen hears of it', async () => {
  const opened = await openPage(browser, product, { viewport: phone });
  await opened.page.goto(new URL(acknowledgeLink).pathname);
  await opened.page.getByRole('heading', { name: 'Payments fail for every card' }).waitFor();
  expect(await accessibilityFaults(opened.page)).toEqual([]);
  expect(await beyondTheEdge(opened.page)).toEqual([]);
  await keepPicture(opened.page, 'page-by-link-390');
  expect((await pageOf(id)).state).toBe('triggered');
  await opened.page.getByRole('button', { name: 'Acknowledge' }).click();
  await opened.page.getByText(/The page is acknowledged/).waitFor();
  expect(opened.faults).toEqual([]);
  await opened.close();
  await watched.page
    .getByText(/ada is on it/)
    .first()
    .waitFor({ timeout: patienceMs });
  expect(await pageOf(id)).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ada' });
});

it('somebody is asked to help, is told, and a note is kept', async () => {
  const { page } = watched;
  await page.getByRole('button', { name: 'Add someone' }).locator('visible=true').click();
  const dialog = page.getByRole('dialog');
  await choose(dialog.getByRole('button', { name: /^Who helps: / }), 'Grace Hopper');
  await dialog.getByLabel('What they should know').fill('You know the gateway');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Ask them' }).click();
  await expect
    .poll(() => receivers.calls.filter(({ path }) => path === '/grace').length, { timeout: patienceMs })
    .toBe(1);
  await page.getByLabel('A note for the timeline').fill('Rolled back to 8.1.1');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('Rolled back to 8.1.1').waitFor();
});

it('what is pressed without a network says so and goes out when it is back', async () => {
  const { page } = watched;
  await page.context().setOffline(true);
  await page.keyboard.press('r');
  await page.getByText('Not sent yet.').waitFor();
  expect((await pageOf(id)).state).toBe('acknowledged');
  await page.context().setOffline(false);
  await page
    .getByText(/Resolved by ada/)
    .locator('visible=true')
    .first()
    .waitFor({ timeout: patienceMs });
  expect((await pageOf(id)).state).toBe('resolved');
});

it('a stretch is pulled over, the result is seen before it is saved, and it can be taken back', async () => {
  const { page } = watched;
  await page.goto('/schedules/payments');
  const lane = page.locator('[data-week="1"]');
  await lane.waitFor();
  const box = (await lane.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.4, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20);
  await page.mouse.up();
  await choose(page.getByRole('button', { name: 'Who takes over' }), 'Grace Hopper');
  await page.getByText('Grace Hopper instead of Ada Lindqvist.').waitFor();
  await page.getByRole('textbox', { name: 'Why' }).fill('A wedding');
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'schedule-ghost');
  await page.getByRole('button', { name: 'Put on call' }).click();
  await page.getByRole('heading', { name: 'Overrides by hand' }).waitFor();
  await page
    .getByRole('button', { name: /^Grace Hopper, override:/ })
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Take back the override of Grace Hopper' }).click();
  await page.getByRole('heading', { name: 'Overrides by hand' }).waitFor({ state: 'detached' });
});

it('the same by keys alone, and the calendar of the schedule has an address', async () => {
  const { page } = watched;
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('n');
  await page.getByRole('heading', { name: 'Put someone on call' }).waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Calendar address' }).click();
  await page.getByRole('button', { name: 'Make the address' }).click();
  const address = await page.getByRole('region', { name: 'the address' }).innerText();
  expect(await accessibilityFaults(page)).toEqual([]);
  const calendar = await (
    await fetch(product.url + new URL(address.trim()).pathname + new URL(address.trim()).search)
  ).text();
  expect(calendar).toContain('BEGIN:VCALENDAR');
  await page.keyboard.press('Escape');
});

it('a policy says who would be paged on Sunday at four', async () => {
  const { page } = watched;
  await page.goto('/escalation-policies/payments');
  await page.getByRole('button', { name: 'Next Sunday, 04:00' }).click();
  await page
    .getByText(/Sun 04:00/)
    .first()
    .waitFor();
  await page.getByText(/Step 1 tells ada by mail/).waitFor();
});

it('a contact method is added and verified by the code that arrives', async () => {
  const { page } = watched;
  await page.goto('/my-on-call');
  await page.getByRole('button', { name: 'Add a contact method' }).click();
  await page.getByLabel('E-mail address').fill('ada.private@harbour.example');
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('button', { name: /^Send a code to verify it/ }).click();
  const sent = () => receivers.letters.find(({ to }) => to.includes('ada.private@harbour.example'));
  await expect.poll(() => sent() !== undefined, { timeout: patienceMs }).toBe(true);
  const code = /\b\d{6,8}\b/.exec(`${sent()!.letter.subject} ${sent()!.letter.text}`)?.[0];
  await page.getByLabel(/^Code that was sent to/).fill(code!);
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByRole('button', { name: /^Send a code to verify it/ }).waitFor({ state: 'detached' });
});

it('the palette finds the schedule and the policy', async () => {
  const { page } = watched;
  await openPalette(page);
  await page.keyboard.type('payments');
  await page.getByRole('option', { name: /payments.*schedule/ }).waitFor();
  await page.getByRole('option', { name: /payments.*escalation policy/ }).waitFor();
  await page.keyboard.press('Escape');
});

describe.each([
  ['/on-call?show=all', 'Payments fail for every card', 'on-call'],
  ['/schedules', 'Ada Lindqvist', 'schedules'],
  ['/schedules/payments?layers=yes&weeks=4', 'Show as a table', 'schedule'],
  ['/escalation-policies', 'Steps', 'policies'],
  ['/escalation-policies/payments', 'Try it out', 'policy'],
  ['/my-on-call', 'My next shifts', 'my-on-call'],
  ['/on-call/load', 'Fairness and size', 'load'],
] as const)('%s', (path, words, picture) => {
  it('has no accessibility fault and fits a phone, light and dark', () => lookAt(looker(), path, picture, seen(words)));
});

it('an open page has no accessibility fault and fits a phone, light and dark', async () => {
  const raised = await ada.call('POST', '/api/v1/pages', {
    summary: 'Refunds wait for more than an hour',
    policy: 'payments',
    service: 'shop/payment',
  });
  await lookAt(looker(), `/pages/${raised.id}`, 'page', seen('Who is paged, and what was tried'));
});

it('asked nobody but the product, and failed nowhere', () => {
  expect(watched.foreign).toEqual([]);
  // The browser logs what was asked while its network was taken away.
  expect(watched.faults.filter((fault) => !fault.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([]);
});
