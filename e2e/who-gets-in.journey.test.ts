import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { totpCode } from '../modules/identity/server/totp.ts';
import { accessibilityFaults, openBrowser, openPage, type WatchedPage } from './browser.ts';
import { cookieOf, lookAt, seen } from './look.ts';
import { stepsOfOneJourney } from './one-journey.ts';
import { adminOfTests, setUp } from './people.ts';
import { startProduct, type Product } from './product.ts';

/** Everybody's way in, as they go it: invitation, password, authenticator app, recovery code, passkey, single sign-on. */
let product: Product;
let browser: Browser;
let admin: WatchedPage;
let issuer: string;
let issuerServer: Server;
let seed = '';
let recoveryCode = '';
stepsOfOneJourney();

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(['--allow-internal-issuers', 'true']), openBrowser()]);
  const ada = await setUp(product);
  admin = await openPage(browser, product, { cookie: ada.cookie });
  issuerServer = createServer();
  await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: 'leadline', client_secret: 'between us', redirect_uris: [`${product.url}/sign-in/sso/harbour`] },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: async () => ({ sub, name: 'Sven Berg', email: 'sven@elsewhere.example', email_verified: true }),
    }),
    features: { devInteractions: { enabled: true } },
  });
  issuerServer.on('request', provider.callback());
});
afterAll(async () => {
  await browser?.close();
  issuerServer?.closeAllConnections();
  issuerServer?.close();
  await product?.stop();
});

const isIn = (page: Page) => page.getByRole('heading', { name: 'Services', level: 1 }).waitFor();
const signIn = async (page: Page, login: string, password: string): Promise<void> => {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address or name').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
};

it('an invited person sets a password by their link and is in', async () => {
  await admin.page.goto('/people');
  await admin.page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Jonas Lind');
  await dialog.getByLabel('E-mail address').fill('not an address');
  await dialog.getByRole('button', { name: 'Add the person' }).click();
  await dialog.getByText(/invalid email/i).waitFor();
  await dialog.getByLabel('E-mail address').fill('jonas.lind@harbour.example');
  await dialog.getByRole('button', { name: 'Add the person' }).click();
  const link = await dialog.getByRole('region', { name: 'the link' }).innerText();
  const jonas = await openPage(browser, product);
  await jonas.page.goto(link);
  await jonas.page.getByText('For Jonas Lind').waitFor();
  expect(await accessibilityFaults(jonas.page)).toEqual([]);
  await jonas.page.getByLabel('New password').fill('jonas.lind12');
  await jonas.page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await jonas.page.getByText('little more than your name').waitFor();
  await jonas.page.getByLabel('New password').fill('four small harbour boats');
  await jonas.page.getByRole('button', { name: 'Set the password and sign in' }).click();
  await isIn(jonas.page);
  await jonas.page.goto('/audit-log');
  await jonas.page.getByText('Only admins read the audit log').waitFor();
  expect(jonas.faults).toEqual([]);
  await jonas.close();
});

it('an authenticator app is set up after the password was asked for again', async () => {
  const { page } = admin;
  await page.goto('/account');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Your password').fill('wrong');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('is wrong').waitFor();
  await page.getByLabel('Your password').fill(adminOfTests.password);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  seed = (await page.getByRole('region', { name: 'the key' }).innerText()).replaceAll(/\s/g, '');
  await page.getByLabel('Code that the app shows').fill(totpCode(seed, new Date()));
  await page.getByRole('button', { name: 'Turn it on' }).click();
  recoveryCode = (await page.getByRole('region', { name: 'the recovery codes' }).innerText()).split('\n')[0]!;
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('10 recovery codes are left').waitFor();
});

it('the second factor is asked for, also after a reload; a recovery code stands in', async () => {
  const other = await openPage(browser, product);
  await signIn(other.page, adminOfTests.email, adminOfTests.password);
  await other.page.getByLabel('Code of the authenticator app').waitFor();
  expect(await accessibilityFaults(other.page)).toEqual([]);
  await other.page.reload();
  await other.page.getByLabel('Code of the authenticator app').fill('000000');
  await other.page.getByRole('button', { name: 'Go on' }).click();
  await other.page.getByText('not right').waitFor();
  await other.page.getByRole('button', { name: 'Use a recovery code' }).click();
  await other.page.getByLabel('Recovery code').fill(recoveryCode.toUpperCase());
  await other.page.getByRole('button', { name: 'Go on' }).click();
  await isIn(other.page);
  await other.page.getByRole('button', { name: 'Account of Ada' }).click();
  await other.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await other.page.getByLabel('Password').waitFor();
  await other.page.goto('/people?state=active');
  await other.page.waitForURL(/sign-in\?next=/);
  await other.close();
});

it('a passkey is added and signs in by itself', async () => {
  const jonas = await openPage(browser, product);
  // A passkey knows its site by name, and browsers take no address for one.
  const site = product.url.replace('127.0.0.1', 'localhost');
  const devtools = await jonas.page.context().newCDPSession(jonas.page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await jonas.page.goto(`${site}/sign-in`);
  await jonas.page.getByLabel('E-mail address or name').fill('jonas.lind');
  await jonas.page.getByLabel('Password').fill('four small harbour boats');
  await jonas.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await isIn(jonas.page);
  await jonas.page.goto(`${site}/account`);
  await jonas.page.getByRole('button', { name: 'Add a passkey' }).click();
  await jonas.page.getByLabel('Name of the passkey').fill('Laptop');
  await jonas.page.getByRole('button', { name: 'Add the passkey' }).click();
  await jonas.page.getByLabel('Your password').fill('four small harbour boats');
  await jonas.page.getByRole('button', { name: 'Confirm' }).click();
  await jonas.page.getByRole('button', { name: 'I have kept them' }).click();
  await jonas.page.getByText('not used yet').waitFor();
  await jonas.page.context().clearCookies();
  await jonas.page.goto(`${site}/sign-in`);
  await jonas.page.getByRole('button', { name: 'Use a passkey' }).click();
  await isIn(jonas.page);
  expect(jonas.faults).toEqual([]);
  await jonas.close();
});

it('an admin adds a provider, which says what is wrong with it first, and a person signs in there', async () => {
  const { page } = admin;
  await page.goto('/sso-providers');
  await page.getByRole('button', { name: 'Add a provider' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name on the sign-in screen').fill('Harbour login');
  await dialog.getByLabel('Name in files and addresses').fill('harbour');
  await dialog.getByLabel('Issuer').fill(`${issuer}/nowhere`);
  await dialog.getByLabel('Client id').fill('leadline');
  await dialog.getByLabel('Client secret').fill('between us');
  await dialog.getByLabel('Who is not linked to a person here').click();
  await page.getByRole('option', { name: 'becomes a new person' }).click();
  await dialog.getByRole('button', { name: 'Add the provider' }).click();
  await dialog.getByText('does not answer as an issuer').waitFor();
  await dialog.getByLabel('Issuer').fill(issuer);
  await dialog.getByRole('button', { name: 'Add the provider' }).click();
  // Exact: the note that says so has a button with the same words in its name.
  await page.getByRole('button', { name: 'Harbour login', exact: true }).waitFor();

  const sven = await openPage(browser, product);
  // The provider's own test pages ask for fonts from elsewhere; nobody answers them here.
  await sven.page.route(
    (url) => ![product.url, issuer].includes(url.origin),
    (route) => route.abort(),
  );
  await sven.page.goto('/sign-in?next=/teams');
  await sven.page.getByRole('button', { name: 'Go on with Harbour login' }).click();
  await sven.page.waitForURL(`${issuer}/**`);
  await sven.page.locator('input[name=login]').fill('sub-sven');
  await sven.page.locator('input[name=password]').fill('x');
  await sven.page.locator('button[type=submit]').click();
  await sven.page.locator('form[action*=interaction] button[type=submit]').click();
  await sven.page.getByRole('heading', { name: 'Teams', level: 1 }).waitFor();
  await sven.page.getByRole('button', { name: 'Account of Sven Berg' }).waitFor();
  expect(sven.faults.filter((fault) => !fault.startsWith('Failed to load resource'))).toEqual([]);
  await sven.close();
});

it('an admin makes a team and a token, revokes it, and reads all of it in the audit log', async () => {
  const { page } = admin;
  await page.goto('/teams');
  await page.getByRole('button', { name: 'Make a team' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Payments');
  await dialog.getByLabel('Add a person').click();
  await page.getByRole('option', { name: 'Jonas Lind' }).click();
  await dialog.getByRole('button', { name: 'Make the team' }).click();
  await page.getByRole('button', { name: 'Payments', exact: true }).waitFor();
  await page.goto('/tokens');
  await page.getByRole('button', { name: 'Make a token' }).first().click();
  await dialog.getByLabel('What it is for').fill('Deploy pipeline');
  await dialog.getByRole('button', { name: 'Make the token' }).click();
  const token = await dialog.getByRole('region', { name: 'the token' }).innerText();
  const ask = () => fetch(`${product.url}/api/v1/account`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask()).status).toBe(200);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Revoke Deploy pipeline' }).click();
  await page.getByRole('button', { name: 'Revoke the token' }).click();
  await page.getByText('Revoked', { exact: true }).waitFor();
  expect((await ask()).status).toBe(401);
  await page.goto('/audit-log');
  await page.getByText('revoked the token Deploy pipeline').waitFor();
  await page.getByText('made the team Payments').waitFor();
  await page.getByRole('button', { name: 'Check the chain' }).click();
  await page.getByText('changes are as they were written').waitFor();
  expect(admin.faults).toEqual([]);
});

it.each(['/account', '/people', '/teams', '/tokens', '/sso-providers', '/audit-log'])(
  '%s has no accessibility fault and fits a phone, light and dark',
  async (path) => {
    const cookie = await cookieOf(admin.page);
    await lookAt(
      { browser, product, cookie },
      path,
      `who${path.replace('/', '-')}`,
      seen(/Harbour login|Jonas Lind|Payments|Deploy pipeline|Authenticator app|signed in/),
    );
  },
);
