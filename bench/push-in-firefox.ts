import { eventually } from '../platform/postgres/eventually.ts';
import { adminOfTests, setUp, type Session } from '../e2e/people.ts';
import { startProduct } from '../e2e/product.ts';
import { startFirefox } from './firefox.ts';
import { startPushServer } from './push-server.ts';

/**
 * `npm run proof:push`: a page by Web Push from the product into a real Firefox, encrypted, through a push service on loopback.
 * The person turns notifications on on their own screen, verifies the device by the code that is pushed to it, is paged, and
 * acknowledges by what stands on the message. The product sends over HTTP to the endpoint that the browser was given, the service
 * carries what it cannot read, Firefox decrypts it and wakes the service worker, which shows it. No shortcut of a debugger is
 * used: the browser is opened, its buttons pressed, and looked at. Needs a Firefox (`FIREFOX_PATH`; Debian: firefox-esr).
 */
const program = process.env['FIREFOX_PATH'] ?? 'firefox-esr';
const say = (text: string): void => console.warn(text);
const summary = 'Checkout burns its budget 14 times too fast';

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly actions: readonly string[];
  readonly data: { readonly actions: readonly { readonly action: string; readonly url: string }[] };
}

const push = await startPushServer();
const product = await startProduct();
const firefox = await startFirefox(program, {
  'dom.push.serverURL': push.socketUrl,
  'dom.push.testing.allowInsecureServerURL': true,
  'dom.push.connection.enabled': true,
  // Notifications by Firefox's own means: a machine without a desktop has no system to hand them to.
  'alerts.useSystemBackend': false,
  // The person's answer to the browser's own question.
  'permissions.default.desktop-notification': 1,
});
let failed = true;
try {
  say(`browser: ${firefox.version} (${program})`);
  const admin = await setUp(product);
  await firefox.open(product.url);
  await firefox.inPage(signIn());
  await firefox.open(`${product.url}/my-on-call`);
  const method = await turnOn(admin);
  await verify(admin, method);
  await aPage(admin, method);
  await turnOff(admin, method);
  failed = false;
} finally {
  await firefox.stop();
  await product.stop();
  await push.stop();
}
say(failed ? 'Web Push in a real Firefox: FAILED' : 'Web Push in a real Firefox: passed');
process.exit(failed ? 1 : 0);

/** The person presses "Turn on here"; gives back the contact method that the screen made of it. */
async function turnOn(admin: Session): Promise<{ name: string; address: string }> {
  await press('Turn on here');
  await reads('On. Pages reach you here');
  const { contactMethods } = await admin.call('GET', `/api/v1/people/${adminOfTests.email}/contact-methods`);
  const method = contactMethods.find((each: { channel: string }) => each.channel === 'web-push');
  check(`the screen keeps this browser as the contact method ${method?.name}`, method !== undefined, contactMethods);
  const { publicKey } = await admin.call('GET', '/api/v1/delivery/web-push-key');
  const bound = [...push.subscriptions.values()];
  check('its subscription is bound to the key of the product', bound.length === 1 && bound[0] === publicKey, bound);
  return method;
}

/** The code that shows that the device is theirs is pushed to it. */
async function verify(admin: Session, method: { name: string }): Promise<void> {
  const path = `/api/v1/people/${adminOfTests.email}/contact-methods/${method.name}`;
  await admin.call('POST', `${path}/code`);
  const message = await notified(({ body, title }) => /\b\d{6}\b/.test(`${title} ${body}`));
  const code = /\b\d{6}\b/.exec(`${message.title} ${message.body}`)![0];
  const verified = await admin.call('POST', `${path}/verify`, { code });
  check('the code that was pushed verifies the device', verified.verified?.how === 'code', verified);
  check('Firefox decrypted it and handed it to the worker (ack 100)', push.acks[0]?.code === 100, push.acks);
  const { body } = push.carried[0]!;
  check(`the ${body.length} bytes that were carried do not hold it`, !body.includes(code) && body.length > 100, null);
}

async function aPage(admin: Session, method: { name: string }): Promise<void> {
  await admin.call('PATCH', `/api/v1/people/${adminOfTests.email}/contact-rules`, {
    rules: [{ after: 'PT0S', contactMethod: method.name }],
  });
  const { name: person } = (await admin.call('GET', '/api/v1/account')).person;
  const begun = performance.now();
  const { id } = await admin.call('POST', '/api/v1/pages', { summary, person });
  const message = await notified(({ title }) => title === summary);
  check(`the page is shown, ${Math.round(performance.now() - begun)} ms after it was raised`, true, message);
  check('with the buttons Acknowledge and Open', message.actions.join() === 'Acknowledge,Open', message);
  const complaints = push.said.filter((text) => text.includes('"nack"'));
  check('the worker ended without an error (no nack)', complaints.length === 0, complaints);
  // A browser without a window has no lock screen to tap: the service worker's own request, made from the screen.
  const { url } = message.data.actions.find((each) => each.action === 'acknowledge')!;
  await firefox.inPage(`fetch(${JSON.stringify(url)}, { method: 'POST' }).then((answer) => String(answer.status))`);
  const page = await admin.call('GET', `/api/v1/pages/${id}`);
  const by = `${page.state} by ${page.acknowledgedBy}`;
  check(`what its button posts acknowledges the page: ${by}`, page.state === 'acknowledged', page);
}

/** The person turns it off and says yes to what that does to the rules; whoever still sends there is told. */
async function turnOff(admin: Session, { address }: { address: string }): Promise<void> {
  await press('Turn off here');
  await press('Take it out of my rules and turn it off');
  await reads('Off. Turn it on');
  await eventually(() => {
    if (push.subscriptions.size > 0) throw new Error('Firefox has not told the push service');
  });
  const { attempt } = await admin.call('POST', '/api/v1/delivery/providers/built-in-web-push/test', { address });
  check(`after it was turned off: ${attempt.result}, ${attempt.detail}`, attempt.result === 'refused', attempt);
}

function press(label: string): Promise<unknown> {
  return eventually(() =>
    firefox.inPage(`(() => {
      const button = [...document.querySelectorAll('button')].find((each) => each.textContent.trim() === ${JSON.stringify(label)});
      if (!button || button.disabled) throw new Error('no button ' + ${JSON.stringify(label)} + ' in: ' + document.body.innerText.slice(0, 2000));
      button.click();
      return 'pressed';
    })()`),
  );
}

function reads(words: string): Promise<void> {
  return eventually(async () => {
    const text = await firefox.inPage('document.body.innerText');
    if (!text.includes(words)) throw new Error(`the screen does not say "${words}" but: ${text.slice(0, 2_000)}`);
  });
}

/** What the service worker shows now; waits for the one that is meant. */
function notified(meant: (shown: Shown) => boolean): Promise<Shown> {
  return eventually(async () => {
    const text = await firefox.inPage(`(async () => {
      const found = await (await navigator.serviceWorker.ready).getNotifications();
      return JSON.stringify(found.map(({ title, body, data, actions }) => ({ title, body, data, actions: actions.map((each) => each.title) })));
    })()`);
    const found = (JSON.parse(text) as Shown[]).find(meant);
    if (!found) throw new Error(`not shown yet; shown: ${text}; the browser said ${push.said.join('\n')}`);
    return found;
  });
}

function signIn(): string {
  const body = JSON.stringify({ login: adminOfTests.email, password: adminOfTests.password });
  return `fetch('/api/v1/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} }).then((answer) => { if (!answer.ok) throw new Error('sign-in: ' + answer.status); return 'in'; })`;
}

function check(what: string, holds: boolean, seen: unknown): void {
  say(`${holds ? 'yes' : 'NO '}  ${what}`);
  if (!holds) throw new Error(`${what}; seen: ${JSON.stringify(seen)}`);
}
