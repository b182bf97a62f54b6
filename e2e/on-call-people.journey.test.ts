import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, beyondTheEdge, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { cookieOf, lookAt, narrow, seen } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { invite, setUp, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** People arrange who is on call among themselves, hand over, and are paid: two people, each in a browser of their own. */
let product: Product;
let browser: Browser;
let ada: Session;
let grace: Session;
let adas: WatchedPage;
let graces: WatchedPage;
const patienceMs = 60_000;
stepsOfOneJourney();

const dayMs = 86_400_000;
const dayOf = (days: number): string => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);
const choose = async (list: Locator, option: string | RegExp): Promise<void> => {
  await list.click();
  await list.page().getByRole('option', { name: option }).click();
  await list.page().getByRole('option').first().waitFor({ state: 'detached' });
};
const signedInAs = (person: Session): Promise<WatchedPage> => openPage(browser, product, { cookie: person.cookie });

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ada = await setUp(product);
  grace = await invite(product, ada, 'grace', 'viewer');
  await ada.call('PUT', '/api/v1/teams/payments', { displayName: 'Payments' });
  // Ada had the days up to tomorrow night, Grace has the two after them, and so on.
  await ada.call('PUT', '/api/v1/schedules/payments', {
    zone: 'UTC',
    team: 'payments',
    layers: [
      {
        name: 'primary',
        rotation: { unit: 'day', length: 2, start: dayOf(-4), handoffAt: '00:00' },
        people: ['ada', 'grace'],
      },
    ],
  });
  await ada.call('PUT', '/api/v1/escalation-policies/payments', {
    team: 'payments',
    steps: [{ after: 'PT0S', notify: [{ schedule: 'payments' }] }],
  });
  [adas, graces] = await Promise.all([signedInAs(ada), signedInAs(grace)]);
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name }).first();

it('says when somebody is away, sees it on the schedule, and takes it back', async () => {
  const { page } = graces;
  await page.goto('/my-on-call');
  await button(page, 'I am away').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('First day').fill(dayOf(14));
  await dialog.getByLabel('Last day').fill(dayOf(13));
  await dialog.getByRole('button', { name: 'Say so' }).click();
  await dialog.getByText('is not after').first().waitFor();
  await dialog.getByLabel('Last day').fill(dayOf(15));
  await dialog.getByLabel('Why').fill('Fjord');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Say so' }).click();
  await page.getByText('Fjord').waitFor();
  await adas.page.goto('/schedules/payments');
  await adas.page.getByRole('region', { name: 'Who is away' }).getByText('Fjord').waitFor();
  await button(page, /^Take back the absence of me/).click();
  await page.getByText('Fjord').waitFor({ state: 'detached' });
});

it('brings holidays from a calendar file', async () => {
  const { page } = graces;
  const day = dayOf(20).replaceAll('-', '');
  const calendar = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//journey//EN
BEGIN:VEVENT
UID:one@journey
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:${day}
SUMMARY:Midsummer
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n');
  await button(page, 'From a calendar').click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByLabel('File')
    .setInputFiles({ name: 'holidays.ics', mimeType: 'text/calendar', buffer: Buffer.from(calendar) });
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Take them' }).click();
  await page.getByText('Midsummer').waitFor();
});

it('has the public holidays of where they live as days away', async () => {
  const { page } = graces;
  await button(page, 'Public holidays').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Country: / }).click();
  await page.getByPlaceholder('Search…').fill('Germ');
  await page.getByRole('option', { name: 'Germany' }).click();
  await choose(dialog.getByRole('button', { name: /^Part of it: / }), 'Bayern');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('Heilige Drei Könige, public holiday').waitFor();
  await keepPicture(page, 'public-holidays');
  await grace.call('PATCH', '/api/v1/people/grace/contact-rules', { holidays: '' });
  await page.getByText('Heilige Drei Könige, public holiday').waitFor({ state: 'detached', timeout: patienceMs });
});

it('asks for cover by pulling over the timeline, sees what would be, and another person takes it', async () => {
  const { page } = adas;
  await page.goto(`/schedules/payments?from=${dayOf(7)}`);
  const lane = page.locator('[data-week="0"]');
  await lane.waitFor();
  await page
    .getByRole('button', { name: /^Ada Lindqvist: / })
    .first()
    .waitFor();
  const box = (await lane.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.05, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.move(box.x + box.width * 0.9, box.y + 20);
  await page.mouse.up();
  await button(page, 'Ask for cover instead').click();
  await page.getByText(/You are on call for .* of it; until it is taken/).waitFor();
  await choose(button(page, /^Who is asked: /), 'grace');
  await page.getByRole('textbox', { name: 'Why' }).fill('A wedding');
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'ask-for-cover');
  await page.getByRole('button', { name: 'Ask for cover', exact: true }).last().click();
  await page.getByText('You ask grace for cover').waitFor();

  const { page: hers } = graces;
  await hers.goto('/my-on-call');
  await hers.getByText('Ada Lindqvist asks you for cover').waitFor();
  expect(await accessibilityFaults(hers)).toEqual([]);
  await keepPicture(hers, 'cover-offered');
  await button(hers, /^I take it: /).click();
  await hers.getByText('You are on call then').waitFor();
  await page
    .getByRole('button', { name: /^grace, covers: / })
    .first()
    .waitFor({ timeout: patienceMs });
});

it('asks by keys alone, for a part of it, and an editor takes it on behalf', async () => {
  const { page } = graces;
  await page.goto(`/schedules/payments?from=${dayOf(14)}`);
  await page
    .getByRole('button', { name: /^grace: / })
    .first()
    .waitFor();
  // The key does what the button does, once it is known whose shifts these are.
  await button(page, 'Ask for cover').waitFor();
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('a');
  await page.getByText(/You are on call for .* of it/).waitFor();
  await page.getByRole('textbox', { name: 'Why' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('You ask everybody for cover').waitFor();
  const { page: editor } = adas;
  await editor.goto('/schedules/payments');
  await button(editor, /^A part, or for someone: grace/).click();
  const dialog = editor.getByRole('dialog');
  expect(await accessibilityFaults(editor)).toEqual([]);
  await dialog.getByRole('button', { name: 'Take it over' }).click();
  await editor.getByText(/Ada Lindqvist takes /).waitFor();
});

it('lets a learner go along, and ends it', async () => {
  const { page } = adas;
  await button(page, 'Let someone go along').click();
  const dialog = page.getByRole('dialog');
  await choose(dialog.getByRole('button', { name: 'Who goes along' }), 'grace');
  expect(await accessibilityFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Let them go along' }).click();
  await page.getByText('grace goes along with whoever is on call').waitFor();
  await button(page, /^End it: grace/).click();
  await page.getByText('grace goes along with whoever is on call').waitFor({ state: 'detached' });
});

it('snoozes a page, and gives it to somebody else', async () => {
  const { page } = adas;
  const raised = await ada.call('POST', '/api/v1/pages', { summary: 'Refunds wait', policy: 'payments' });
  await page.goto(`/pages/${raised.id}`);
  await button(page, /^Snooze/).click();
  await page.getByRole('menuitem', { name: 'For an hour' }).click();
  await page
    .getByRole('button', { name: /^Snoozed/ })
    .locator('visible=true')
    .waitFor();
  await page.getByRole('button', { name: 'Add someone' }).locator('visible=true').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Give it to others' }).click();
  await choose(dialog.getByRole('combobox', { name: /what kind/ }), 'A person');
  await choose(dialog.getByRole('button', { name: /^Who takes it: / }), 'grace');
  await dialog.getByRole('button', { name: 'Give it to them' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect
    .poll(
      async () =>
        (await ada.call('GET', `/api/v1/pages/${raised.id}`)).steps.filter((step: any) => step.person === 'grace')
          .length,
      { timeout: patienceMs },
    )
    .toBeGreaterThan(0);
  await ada.call('POST', `/api/v1/pages/${raised.id}/resolve`, {});
});

it('writes a hand-over note, sends it, and the next accepts it', async () => {
  const { page } = adas;
  await page.goto('/on-call/load');
  await button(page, 'Write mine').click();
  await page.getByRole('menuitem', { name: 'payments' }).click();
  const text = page.getByRole('textbox', { name: /^Shift in payments/ });
  await expect.poll(() => text.inputValue()).toContain('Refunds wait');
  await text.fill(`${await text.inputValue()}\nWatch the refunds.`);
  expect(await accessibilityFaults(page)).toEqual([]);
  await button(page, 'Send it to the next').click();
  await page.getByText('sent to grace, not accepted yet').waitFor();
  await graces.page.goto('/on-call/load');
  await button(graces.page, 'I take over').click();
  await graces.page.getByText('accepted by grace').waitFor();
});

it('downloads the sheet of what on-call pays', async () => {
  const { page } = adas;
  await page.goto('/on-call/load?team=payments');
  const [sheet] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('link', { name: /compensation/i })
      .first()
      .click(),
  ]);
  const parts: Buffer[] = [];
  for await (const part of await sheet.createReadStream()) parts.push(part as Buffer);
  expect(Buffer.concat(parts).toString('utf8')).toMatch(/ada/);
});

describe.each([
  ['/my-on-call', 'Cover and swaps', 'my-cover'],
  ['/schedules/payments', 'Going along', 'schedule-cover'],
] as const)('%s', (path, words, picture) => {
  it('has no accessibility fault and fits a phone, light and dark', async () =>
    lookAt({ browser, product, cookie: await cookieOf(graces.page) }, path, picture, seen(words)));
});

it('asks for cover on a phone', async () => {
  const { page, faults, close } = await openPage(browser, product, {
    cookie: await cookieOf(graces.page),
    viewport: { width: narrow, height: 844 },
  });
  await page.goto('/my-on-call');
  await button(page, /^Ask for cover: payments/).click();
  await page.getByText(/You are on call for .* of it/).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(await beyondTheEdge(page)).toEqual([]);
  await keepPicture(page, 'ask-for-cover-390');
  expect(faults).toEqual([]);
  await close();
});

it('asked nobody but the product, and failed nowhere', () => {
  for (const { foreign, faults } of [adas, graces]) expect([foreign, faults]).toEqual([[], []]);
});
