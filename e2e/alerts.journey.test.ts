import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accessibilityFaults, keepPicture, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { chooseByKeys, goFromPalette, openPalette, tabTo } from './keyboard.ts';
import { cookieOf, lookAt, narrow, seen } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { invite, setUp, type Session } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** Alerts as people work with them: they come by themselves, are answered by keys, held back, and routed as was tried before. */
let product: Product;
let browser: Browser;
let ada: Session;
let key: string;
let watched: WatchedPage;
stepsOfOneJourney();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), openBrowser()]);
  ada = await setUp(product);
  await ada.call('PUT', '/api/v1/teams/payments', { displayName: 'Payments' });
  await ada.call('PUT', '/api/v1/escalation-policies/payments', {
    team: 'payments',
    steps: [{ after: 'PT0S', notify: [{ person: 'ada' }] }],
  });
  watched = await openPage(browser, product, { cookie: ada.cookie });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
});

interface Sent {
  readonly alertname: string;
  readonly summary: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly isOver?: boolean;
  readonly begun?: string;
}
const minute = 60_000;
const begunOfMost = new Date(Date.now() - 10 * minute).toISOString();
/** As Prometheus sends them. */
const send = async (...alerts: Sent[]): Promise<void> => {
  const response = await fetch(`${product.url}/alertmanager/api/v2/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(
      alerts.map(({ alertname, summary, labels, isOver, begun = begunOfMost }) => ({
        labels: { alertname, severity: 'critical', ...labels },
        annotations: { summary, runbook_url: 'https://runbooks.example/it' },
        startsAt: begun,
        ...(isOver ? { endsAt: new Date(Date.now() - 1_000).toISOString() } : {}),
      })),
    ),
  });
  expect(response.status).toBe(200);
};
const checkout: Sent = { alertname: 'CheckoutErrors', summary: 'Checkout fails', labels: { service: 'shop/checkout' } };
const disk = (instance: string): Sent => ({
  alertname: 'DiskFull',
  summary: `The disk of ${instance} is full`,
  labels: { instance },
});
/** Two that always come together, days apart as their sender says: what nobody would miss. */
const comeTogether = async (): Promise<void> => {
  for (let time = 5; time > 0; time -= 1) {
    const begun = new Date(Date.now() - time * 5 * 60 * minute).toISOString();
    const labels = { service: 'shop/mail', severity: 'warning' };
    const pair = [
      { alertname: 'QueueGrows', summary: 'The queue of mails grows', labels, begun },
      { alertname: 'MailsLate', summary: 'Mails leave late', labels, begun },
    ];
    await send(...pair);
    await send(...pair.map((each) => ({ ...each, isOver: true })));
  }
};
const row = (page: Page, text: string) => page.locator('tbody tr').filter({ hasText: text });

it('teaches how the first alert comes, and an integration’s key lets it in, live', async () => {
  const { page } = watched;
  await page.goto('/alerts');
  await page.getByText('No alert came yet').waitFor();
  await page.getByText('leadline integration create --kind alertmanager').first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  const { secret } = await ada.call('POST', '/api/v1/tokens', { name: 'journey', role: 'admin', scopes: ['api'] });
  const words = 'integration create --kind alertmanager --name prometheus -o key';
  key = await product.cliAs(secret, ...words.split(' '));
  await send(checkout, disk('db-1'), disk('db-2'));
  await row(page, 'Checkout fails').waitFor();
  await row(page, 'The disk of db-1 is full').waitFor();
});

it('shows what is told as one, and its alerts', async () => {
  const { page } = watched;
  await page.getByRole('button', { name: 'Groups' }).click();
  await row(page, 'DiskFull').getByText('2 firing').waitFor();
  await page.getByRole('link', { name: 'DiskFull' }).click();
  await page.getByRole('heading', { name: 'DiskFull' }).waitFor();
  await row(page, 'The disk of db-2 is full').waitFor();
  await page.getByRole('button', { name: 'All alerts' }).click();
});

it('acknowledges by A what one stands on, and silences by S with the labels filled in', async () => {
  const { page } = watched;
  await row(page, 'Checkout fails').waitFor();
  await page.getByRole('heading', { level: 1 }).focus();
  // Newest first: the checkout was sent before the disks.
  await page.keyboard.press('j');
  while (!(await page.locator('tr:focus').innerText()).includes('Checkout fails')) await page.keyboard.press('j');
  await page.keyboard.press('a');
  await row(page, 'Checkout fails').getByText('Acknowledged', { exact: true }).locator('visible=true').waitFor();
  await page.getByText('1 alert acknowledged').waitFor();

  for (const instance of ['db-1', 'db-2']) await page.getByLabel(`Select The disk of ${instance} is full`).check();
  await page.getByRole('region', { name: 'Selected alerts' }).getByText('2 selected').waitFor();
  await page.getByRole('heading', { level: 1 }).focus();
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('active alerts:').waitFor();
  await dialog.getByRole('button', { name: 'Silence them' }).click();
  await dialog.getByText('Say why').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'silence-dialog');
  await dialog.getByLabel('Why').fill('The disks are changed');
  await page.keyboard.press('Enter');
  await row(page, 'The disk of db-1 is full').getByText('Silenced', { exact: true }).locator('visible=true').waitFor();
});

it('is over when the sender says so, and says then what was done', async () => {
  const { page } = watched;
  await page.getByRole('link', { name: 'Checkout fails' }).click();
  await page.getByText('ada is on it until it clears', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'Why was somebody told?' }).waitFor();
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.getByText('"alertname": "CheckoutErrors"').first().waitFor();
  await send({ ...checkout, isOver: true });
  await page.getByText('Resolved', { exact: true }).first().waitFor();
});

it('makes a silence that comes again, and ends one', async () => {
  const { page } = watched;
  await page.goto('/silences');
  await page.getByText('The disks are changed').first().waitFor();
  await page.getByRole('button', { name: 'New silence' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Alerts with all of these, 1 of 1').fill('alertname="BackupSlow"');
  await dialog.getByRole('button', { name: 'Every month' }).click();
  await dialog.getByText('The next times').waitFor();
  await dialog.getByRole('button', { name: 'By a rule' }).click();
  await dialog.getByLabel('Rule').fill('every Tuesday');
  await dialog.getByText('is a rule of RFC 5545').waitFor();
  await dialog.getByLabel('Rule').fill('FREQ=MONTHLY;BYDAY=2TU');
  await dialog.getByText('The next times').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'silence-by-a-rule');
  await dialog.getByLabel('Why').fill('The patches of the month');
  await dialog.getByRole('button', { name: 'Silence them' }).click();
  await page.getByText('the second Tuesday of every month').first().waitFor();
  const held = page.getByRole('listitem').filter({ hasText: 'The disks are changed' });
  await held.getByRole('button', { name: 'Expire' }).click();
  await held.waitFor({ state: 'detached' });
});

it('tries a route on alerts, on the past, saves it, and by it alerts go their way', async () => {
  const { page } = watched;
  await page.goto(`/alert-routes?labels=${encodeURIComponent('alertname=DiskFull')}`);
  await page
    .getByText(/^Taken: /)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'New route' }).click();
  const document = page.getByLabel('Document');
  await document.fill('kind: Nonsense');
  await page.getByRole('alert').getByText('kind').first().waitFor();
  await document.fill(`apiVersion: leadline.dev/v1
kind: Route
metadata: { name: disks }
spec:
  match: ['alertname="DiskFull"']
  to: [{ team: payments }]
  urgency: low`);
  await page.getByRole('button', { name: 'What would change' }).click();
  await page.getByText('2 of 3 alerts would have gone another way.').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'route-tried');
  await page.getByRole('button', { name: 'Save the route' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByText('team payments, low urgency').waitFor();
});

it('an integration is made, mended and tested by the keyboard alone', async () => {
  const { page } = watched;
  await openPalette(page);
  await page.keyboard.type('integrations');
  await page.locator('[role=option][data-highlighted]', { hasText: /^\s*Integrations/u }).waitFor();
  await goFromPalette(page);
  await page.getByRole('link', { name: 'prometheus', exact: true }).waitFor();
  await page.keyboard.press('n');
  await page.getByRole('dialog', { name: 'Add an integration' }).waitFor();
  await tabTo(page, 'What sends');
  await chooseByKeys(page, 'JSON');
  await tabTo(page, 'Name');
  await page.keyboard.type('backup-watch');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'backup-watch is ready' });
  const ownKey = await dialog.locator('code').first().innerText();
  await dialog.getByText(`/intake/${ownKey}`).waitFor();
  await tabTo(page, 'Open it, and send a test');
  await page.keyboard.press('Enter');

  const payload = '{"id": "b-1", "headline": "Backup of db-1 failed", "host": "db-1"}';
  const post = () =>
    fetch(`${product.url}/intake`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ownKey}`, 'content-type': 'application/json' },
      body: payload,
    });
  expect((await post()).ok).toBe(false);
  await tabTo(page, 'Send a test');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'the test alert' }).waitFor();
  const faulty = page.getByRole('button', { name: /Faulty.*summary/u });
  await faulty.waitFor();
  await tabTo(page, 'Mapping');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('{"summary": headline, "dedupKey": id, "labels": {"host": host}}');
  await tabTo(page, 'A payload to try it on');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(payload);
  await tabTo(page, 'Try it');
  await page.keyboard.press('Enter');
  await page.getByText('"summary": "Backup of db-1 failed"').waitFor();
  await tabTo(page, 'Save the mapping');
  await page.keyboard.press('Enter');
  await page.getByText('The mapping is in force').waitFor();
  await tabTo(page, /Faulty.*summary/u);
  await page.keyboard.press('Enter');
  await tabTo(page, 'Take it once more');
  await page.keyboard.press('Enter');
  await page.getByText('Taken once more: answered 200').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await keepPicture(page, 'integration-mended');
});

it('what nobody would miss is told, and held back as was proposed, by the keyboard alone', async () => {
  const { page } = watched;
  await comeTogether();
  await page.goto('/alerts');
  await row(page, 'The disk of db-1 is full').waitFor();
  await tabTo(page, 'Noise');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /Told twice 1/u }).waitFor();
  await tabTo(page, /Told twice *shop\/mail/u);
  await page.keyboard.press('Enter');
  await page.getByText('when it fires alone it is told as before').waitFor();
  await tabTo(page, 'Put this Inhibition in force');
  await page.keyboard.press('Enter');
  await page.getByText('Inhibition in force', { exact: true }).first().waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  const { items } = await ada.call('GET', '/api/v1/inhibitions');
  expect(items).toEqual([
    expect.objectContaining({ spec: expect.objectContaining({ equal: ['service', 'severity'] }) }),
  ]);
});

it('a viewer sees the same and changes nothing', async () => {
  const grace = await invite(product, ada, 'grace', 'viewer');
  const hers = await openPage(browser, product, { cookie: grace.cookie });
  await hers.page.goto('/alerts');
  await row(hers.page, 'The disk of db-1 is full').waitFor();
  await hers.page.getByRole('heading', { level: 1 }).focus();
  await hers.page.keyboard.press('j');
  await hers.page.keyboard.press('a');
  await hers.page.getByText('answering them takes a responder').waitFor();
  expect(hers.faults).toEqual([]);
  await hers.close();
});

it('looks right on both widths, light and dark', async () => {
  const looker = { browser, product, cookie: await cookieOf(watched.page) };
  const [first] = (await ada.call('GET', '/api/v1/alerts?state=resolved&q=Checkout')).items;
  await lookAt(looker, '/alerts', 'alerts', seen('The disk of db-1 is full'));
  await lookAt(looker, `/alerts/${first.id}`, 'alert', seen('Why was somebody told?'));
  await lookAt(looker, '/silences', 'silences', seen('The patches of the month'));
  await lookAt(looker, '/integrations', 'integrations', seen('backup-watch'));
  await lookAt(looker, '/integrations/backup-watch', 'integration', seen('Keys and lines to paste'), [narrow]);
  await lookAt(looker, '/alert-noise', 'alert-noise', seen('QueueGrows'));
  await lookAt(looker, '/alert-routes?labels=alertname%3DDiskFull', 'alert-routes', seen('Taken:'));
  expect(watched.foreign).toEqual([]);
  expect(watched.faults).toEqual([]);
});
