/** What this browser can do about notifications, and does. */
export type DeviceState =
  | { readonly kind: 'impossible'; readonly reason: 'not-secure' | 'home-screen-first' | 'browser' }
  /** The person said no to this browser; only its own settings can take that back. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'off' }
  /** `address` is what a contact method of the channel web-push keeps. */
  | { readonly kind: 'on'; readonly endpoint: string; readonly address: string }
  /** Subscribed for another key than the server's: what is sent would be refused. */
  | { readonly kind: 'stale'; readonly endpoint: string };

const workerPath = '/service-worker.js';

/** How it stands on this device, without asking the person anything. `publicKey` as the server gives it. */
export const readDevice = async (publicKey: string): Promise<DeviceState> => {
  const impossible = whyImpossible();
  if (impossible) return { kind: 'impossible', reason: impossible };
  if (Notification.permission === 'denied') return { kind: 'denied' };
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = (await registration?.pushManager.getSubscription()) ?? null;
  if (subscription === null || Notification.permission !== 'granted') return { kind: 'off' };
  if (!isBoundTo(subscription, publicKey)) return { kind: 'stale', endpoint: subscription.endpoint };
  return { kind: 'on', endpoint: subscription.endpoint, address: JSON.stringify(subscription) };
};

const whyImpossible = (): 'not-secure' | 'home-screen-first' | 'browser' | null => {
  if (!window.isSecureContext) return 'not-secure';
  if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) return null;
  // Safari on iOS offers push only to what was put on the home screen.
  return /iPhone|iPad/.test(navigator.userAgent) ? 'home-screen-first' : 'browser';
};

const isBoundTo = (subscription: PushSubscription, publicKey: string): boolean => {
  const bound = subscription.options.applicationServerKey;
  return bound === null || toBase64Url(new Uint8Array(bound)) === publicKey;
};

/**
 * Asks the person where that was not done yet, and subscribes. Must be called from a click or a key, else browsers do not ask.
 * Throws with the browser's own words where its push service cannot be reached.
 */
export const turnOn = async (publicKey: string): Promise<DeviceState> => {
  // Asked first: after a wait a browser no longer takes it for the person's own wish.
  const permission = await Notification.requestPermission();
  if (permission === 'denied') return { kind: 'denied' };
  if (permission !== 'granted') return { kind: 'off' };
  await navigator.serviceWorker.register(workerPath, { scope: '/' });
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  if (before && !isBoundTo(before, publicKey)) await before.unsubscribe();
  const subscription = await pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: fromBase64Url(publicKey) })
    .catch((cause: unknown) => {
      throw new Error(
        `This browser could not subscribe (${cause instanceof Error ? cause.message : String(cause)}). A private window cannot; and the push service of the browser's maker must be reachable from here.`,
      );
    });
  return { kind: 'on', endpoint: subscription.endpoint, address: JSON.stringify(subscription) };
};

/** Ends the subscription; gives back its endpoint, so that the contact method can be removed too. */
export const turnOff = async (): Promise<string | null> => {
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = (await registration?.pushManager.getSubscription()) ?? null;
  if (subscription === null) return null;
  const { endpoint } = subscription;
  await subscription.unsubscribe();
  return endpoint;
};

const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> => {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
};

const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** What a device is called until its person names it: browser and system. */
export const deviceName = (userAgent: string): string => {
  const found = (names: readonly (readonly [RegExp, string])[]) => names.find(([mark]) => mark.test(userAgent))?.[1];
  const [browser, system] = [found(browsers), found(systems)];
  return [browser ?? 'Browser', ...(system ? [`on ${system}`] : [])].join(' ');
};

/** Most name the ones they descend from as well, so the special ones come first. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/Linux/, 'Linux'],
];
