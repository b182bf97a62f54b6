import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import DeviceNotifications from './DeviceNotifications.vue';

const publicKey = 'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs';
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64url')).buffer;

/** A browser with a push service, as far as a page sees one. */
const aBrowser = (
  given: { permission?: NotificationPermission; answer?: NotificationPermission; boundTo?: string } = {},
) => {
  let subscription: object | null = null;
  const subscribe = (boundTo: string) => {
    subscription = {
      endpoint: 'https://push.example.net/1',
      options: { applicationServerKey: bytesOf(boundTo) },
      toJSON: () => ({ endpoint: 'https://push.example.net/1', keys: { p256dh: 'p', auth: 'a' } }),
      unsubscribe: async () => {
        subscription = null;
        return true;
      },
    };
    return subscription;
  };
  if (given.boundTo) subscribe(given.boundTo);
  const pushManager = {
    getSubscription: async () => subscription,
    subscribe: async (options: { applicationServerKey: Uint8Array }) =>
      subscribe(Buffer.from(options.applicationServerKey).toString('base64url')),
  };
  const registered: string[] = [];
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('PushManager', () => undefined);
  const notification = {
    permission: given.permission ?? 'default',
    requestPermission: async () => (notification.permission = given.answer ?? 'granted'),
  };
  vi.stubGlobal('Notification', notification);
  Object.defineProperty(navigator, 'serviceWorker', {
    configurable: true,
    value: {
      getRegistration: async () => ({ pushManager }),
      register: async (path: string) => registered.push(path),
      ready: Promise.resolve({ pushManager }),
    },
  });
  const breakPush = (message: string) => {
    pushManager.subscribe = () => Promise.reject(new Error(message));
  };
  return { registered, subscription: () => subscription, breakPush };
};

const kept: { address: string; name: string }[] = [];
const show = async (given: { known?: string[]; save?: () => Promise<void> } = {}) => {
  const part = mount(DeviceNotifications, {
    props: {
      known: given.known ?? [],
      save: given.save ?? (async (device: { address: string; name: string }) => void kept.push(device)),
      remove: async (endpoint: string) => void (kept[0]!.name = `gone ${endpoint}`),
    },
    global: { plugins: [VueQueryPlugin] },
  });
  await flushPromises();
  return part;
};

beforeEach(() => {
  kept.length = 0;
  vi.stubGlobal('fetch', async () => Response.json({ publicKey }));
});
afterEach(() => {
  vi.unstubAllGlobals();
  delete (navigator as { serviceWorker?: unknown }).serviceWorker;
});

describe('notifications on this device', () => {
  it('are turned on: the browser is subscribed for our key and kept as a way to reach the person', async () => {
    const browser = aBrowser();
    const part = await show();
    expect(part.text()).toContain('Off.');
    await part.get('button').trigger('click');
    await flushPromises();
    expect(browser.registered).toEqual(['/service-worker.js']);
    expect(JSON.parse(kept[0]!.address)).toEqual({
      endpoint: 'https://push.example.net/1',
      keys: { p256dh: 'p', auth: 'a' },
    });
    await part.setProps({ known: ['https://push.example.net/1'] });
    expect(part.text()).toContain('On. Pages reach you here');
  });

  it('are turned off: forgotten there and ended here', async () => {
    const browser = aBrowser({ permission: 'granted', boundTo: publicKey });
    kept.push({ address: '', name: 'phone' });
    const part = await show({ known: ['https://push.example.net/1'] });
    await part.get('button').trigger('click');
    await flushPromises();
    expect(kept[0]!.name).toBe('gone https://push.example.net/1');
    expect(browser.subscription()).toBeNull();
  });

  it('say what to do where they are denied', async () => {
    aBrowser({ permission: 'denied' });
    const part = await show();
    expect(part.text()).toContain('Only you can take that back');
    expect(part.find('button').exists()).toBe(false);
  });

  it('say so when the person denies them now', async () => {
    aBrowser({ answer: 'denied' });
    const part = await show();
    await part.get('button').trigger('click');
    await flushPromises();
    expect(part.text()).toContain('told to show none');
    expect(kept).toEqual([]);
  });

  it('are offered again where they were subscribed for another key', async () => {
    const other = Buffer.from(publicKey, 'base64url').fill(7, 1).toString('base64url');
    aBrowser({ permission: 'granted', boundTo: other });
    const part = await show({ known: ['https://push.example.net/1'] });
    expect(part.text()).toContain("another installation's key");
    await part.get('button').trigger('click');
    await flushPromises();
    expect(part.text()).toContain('On. Pages reach you here');
  });

  it('say what went wrong where they cannot be kept', async () => {
    aBrowser();
    const part = await show({ save: () => Promise.reject(new Error('There are ten devices already')) });
    await part.get('button').trigger('click');
    await flushPromises();
    expect(part.get('[role=alert]').text()).toBe('There are ten devices already');
    expect(part.text()).toContain('Off.');
  });

  it('say what the browser said where it cannot subscribe', async () => {
    const browser = aBrowser();
    browser.breakPush('Registration failed - push service error');
    const part = await show();
    await part.get('button').trigger('click');
    await flushPromises();
    expect(part.get('[role=alert]').text()).toMatch(/could not subscribe \(Registration failed - push service error\)/);
    expect(kept).toEqual([]);
  });

  it('say why there are none over plain http', async () => {
    aBrowser();
    vi.stubGlobal('isSecureContext', false);
    expect((await show()).text()).toContain('only over https');
  });
});
