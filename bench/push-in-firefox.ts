import { eventually } from '../platform/postgres/eventually.ts';
import { setUp } from '../e2e/people.ts';
import { startProduct } from '../e2e/product.ts';
import { startFirefox } from './firefox.ts';
import { startPushServer } from './push-server.ts';

/**
 * `npm run proof:push`: Web Push from the product into a real Firefox, encrypted, through a push service on loopback. The
 * product sends over HTTP to the endpoint that the browser was given, the service carries what it cannot read, Firefox itself
 * decrypts it and wakes the service worker, which shows it. No shortcut of a debugger is used: the browser is only opened,
 * asked, and looked at. Needs a Firefox (`FIREFOX_PATH`, Debian: apt-get install firefox-esr).
 */
const program = process.env['FIREFOX_PATH'] ?? 'firefox-esr';
const say = (text: string): void => console.warn(text);
const title = 'Test message from Leadline';

/** What the part "Notifications on this device" does, on a page of the product: ask, register, subscribe. */
const subscribe = `(async () => {
  const { publicKey } = await (await fetch('/api/v1/delivery/web-push-key')).json();
  const permission = await Notification.requestPermission();
  if (permission !== 'granted') throw new Error('permission: ' + permission);
  await navigator.serviceWorker.register('/service-worker.js', { scope: '/' });
  const { pushManager } = await navigator.serviceWorker.ready;
  const raw = atob(publicKey.replaceAll('-', '+').replaceAll('_', '/'));
  const applicationServerKey = Uint8Array.from(raw, (character) => character.charCodeAt(0));
  return JSON.stringify(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }));
})()`;
const shown = `(async () => {
  const found = await (await navigator.serviceWorker.ready).getNotifications();
  return JSON.stringify(found.map(({ title, body, tag, data, actions }) => ({ title, body, tag, data, actions: actions?.map((each) => each.title) })));
})()`;

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
  const address = await firefox.inPage(subscribe);
  const { endpoint } = JSON.parse(address);
  say(`subscribed at ${endpoint}`);
  const key = (await admin.call('GET', '/api/v1/delivery/web-push-key')).publicKey;
  const bound = [...push.subscriptions.values()];
  check('the subscription is bound to the key of the product', bound.length === 1 && bound[0] === key, bound);

  const begun = performance.now();
  const { attempt } = await admin.call('POST', '/api/v1/delivery/providers/built-in-web-push/test', { address });
  check('the push service took it (201)', attempt.result === 'accepted' && attempt.status === 201, attempt);
  const ack = await eventually(() => {
    if (push.acks.length === 0) throw new Error(`no ack yet; the browser said ${push.said.join('\n')}`);
    return push.acks[0]!;
  });
  check('Firefox decrypted it and handed it to the worker (ack 100)', ack.code === 100, ack);
  const carried = push.carried[0]!.body;
  const legible = carried.includes('Leadline') || carried.includes('Nothing happened');
  check('what was carried cannot be read', !legible && carried.length > 100, `${carried.length} bytes`);
  const notifications = await eventually(async () => {
    const found = JSON.parse(await firefox.inPage(shown));
    if (found.length === 0) throw new Error('no notification yet');
    return found;
  });
  check(
    `the notification is shown: ${JSON.stringify(notifications[0])}`,
    notifications[0].title === title,
    notifications,
  );
  const complaints = push.said.filter((text) => text.includes('"nack"'));
  check('the worker ended without an error (no nack)', complaints.length === 0, complaints);
  say(`from the call to the notification ${Math.round(performance.now() - begun)} ms`);

  await firefox.inPage(`(async () => {
    const registration = await navigator.serviceWorker.ready;
    return String(await (await registration.pushManager.getSubscription()).unsubscribe());
  })()`);
  await eventually(() => {
    if (push.subscriptions.size > 0) throw new Error('Firefox has not told the push service');
  });
  const gone = await admin.call('POST', '/api/v1/delivery/providers/built-in-web-push/test', { address });
  check(
    'after the person turned it off, it is told that the subscription is gone',
    gone.attempt.result === 'refused',
    gone,
  );
  say(`  ${gone.attempt.detail}`);
  failed = false;
} finally {
  await firefox.stop();
  await product.stop();
  await push.stop();
}
say(failed ? 'Web Push in a real Firefox: FAILED' : 'Web Push in a real Firefox: passed');
process.exit(failed ? 1 : 0);

function signIn(): string {
  const body = JSON.stringify({ login: 'ada@harbour.example', password: 'forty-two-fathoms-and-a-half' });
  return `fetch('/api/v1/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ${JSON.stringify(body)} }).then((answer) => { if (!answer.ok) throw new Error('sign-in: ' + answer.status); return 'in'; })`;
}

function check(what: string, holds: boolean, seen: unknown): void {
  say(`${holds ? 'yes' : 'NO '}  ${what}`);
  if (!holds) throw new Error(`${what}; seen: ${JSON.stringify(seen)}`);
}
