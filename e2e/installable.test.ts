import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

const web = join(import.meta.dirname, '../apps/web');
const read = (path: string): string => readFileSync(join(web, path), 'utf8');

describe('Leadline can be put on the home screen', () => {
  const manifest = JSON.parse(read('public/app.webmanifest'));

  it('its page names the manifest, and the manifest icons that are as large as it says', () => {
    expect(read('index.html')).toContain('<link rel="manifest" href="/app.webmanifest" />');
    expect(manifest).toMatchObject({ display: 'standalone', start_url: '/', scope: '/' });
    for (const { src, sizes, type } of manifest.icons) {
      const bytes = readFileSync(join(web, 'public', src));
      if (type !== 'image/png') continue;
      // Width and height of a PNG stand at bytes 16 and 20.
      expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`).toBe(sizes);
    }
    expect(manifest.icons.map(({ purpose }: { purpose: string }) => purpose)).toContain('maskable');
  });
});

/** The service worker in a browser of its own, as far as it sees one; `windows` are those that are open. */
const startWorker = (
  windows: { url: string }[] = [],
  answer: () => Promise<{ ok: boolean }> = async () => ({ ok: true }),
) => {
  const listeners = new Map<string, (event: object) => void>();
  const seen = {
    shown: [] as { title: string; options: any }[],
    opened: [] as string[],
    focused: [] as string[],
    posted: [] as string[],
  };
  const self = {
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    skipWaiting: () => undefined,
    location: { origin: 'https://leadline.example.org' },
    fetch: (url: string, { method }: { method: string }) => {
      seen.posted.push(`${method} ${url}`);
      return answer();
    },
    registration: {
      showNotification: async (title: string, options: object) => void seen.shown.push({ title, options }),
    },
    clients: {
      claim: async () => undefined,
      matchAll: async () =>
        windows.map((window) => ({ ...window, focus: async () => void seen.focused.push(window.url) })),
      openWindow: async (url: string) => void seen.opened.push(url),
    },
  };
  runInNewContext(read('public/service-worker.js'), { self, URL, Date });
  const fire = async (name: string, event: object): Promise<void> => {
    let until: Promise<unknown> = Promise.resolve();
    listeners.get(name)!({ ...event, waitUntil: (work: Promise<unknown>) => (until = work) });
    await until;
  };
  return { seen, fire, listeners };
};
const page = {
  title: 'Checkout burns',
  body: 'since 02:51',
  tag: 'page:1',
  url: 'https://leadline.example.org/page/show',
  stays: true,
  actions: [
    { action: 'acknowledge', title: 'Acknowledge', url: 'https://leadline.example.org/page/ack' },
    { action: 'resolve', title: 'Resolve', url: 'https://leadline.example.org/page/resolve' },
  ],
};
const pushed = (value: unknown) => ({ data: { json: () => value } });

describe('The service worker shows what is pushed', () => {
  it('with acknowledge and open, and stays until it is dealt with', async () => {
    const { seen, fire } = startWorker();
    await fire('push', pushed(page));
    expect(seen.shown).toEqual([
      {
        title: 'Checkout burns',
        options: expect.objectContaining({
          body: 'since 02:51',
          tag: 'page:1',
          renotify: true,
          requireInteraction: true,
          actions: [
            { action: 'acknowledge', title: 'Acknowledge' },
            { action: 'open', title: 'Open' },
          ],
        }),
      },
    ]);
  });

  it.each([
    ['no data', { data: null }],
    ['broken data', { data: { json: () => JSON.parse('{') } }],
    ['data of somebody else', pushed({ hello: 1 })],
  ])('something even for %s', async (_name, event) => {
    const { seen, fire } = startWorker();
    await fire('push', event);
    expect(seen.shown[0]!.title).toBe('Leadline has something for you');
  });

  const tapped = (action: string, actions = page.actions) => ({
    action,
    notification: { tag: page.tag, data: { title: page.title, url: page.url, actions }, close: () => undefined },
  });

  it.each(['open', ''])('a tap on "%s" opens the page', async (action) => {
    const { seen, fire } = startWorker();
    await fire('notificationclick', tapped(action));
    expect(seen).toMatchObject({ opened: [page.url], posted: [] });
  });

  it('a tap on acknowledge does it, without a screen, and says so', async () => {
    const { seen, fire } = startWorker();
    await fire('notificationclick', tapped('acknowledge'));
    expect(seen).toMatchObject({ opened: [], posted: ['POST https://leadline.example.org/page/ack'] });
    expect(seen.shown).toEqual([
      {
        title: 'Acknowledged',
        options: expect.objectContaining({ body: 'Checkout burns', tag: 'page:1', silent: true }),
      },
    ]);
  });

  it.each([
    ['it is refused', async () => ({ ok: false })],
    ['the network is down', () => Promise.reject(new Error('offline'))],
  ])('where %s, the page of the link says why', async (_name, answer) => {
    const { seen, fire } = startWorker([], answer);
    await fire('notificationclick', tapped('acknowledge'));
    expect(seen).toMatchObject({ opened: ['https://leadline.example.org/page/ack'], shown: [] });
  });

  it('a link of another origin is only opened', async () => {
    const { seen, fire } = startWorker();
    const elsewhere = [{ action: 'acknowledge', title: 'Acknowledge', url: 'https://other.example/page/ack' }];
    await fire('notificationclick', tapped('acknowledge', elsewhere));
    expect(seen).toMatchObject({ opened: ['https://other.example/page/ack'], posted: [] });
  });

  it('brings a window that shows it already to the front', async () => {
    const { seen, fire } = startWorker([{ url: page.url }]);
    await fire('notificationclick', {
      action: 'open',
      notification: { data: { url: page.url }, close: () => undefined },
    });
    expect([seen.focused, seen.opened]).toEqual([[page.url], []]);
  });

  it('says so when the browser gave the subscription up', async () => {
    const { seen, fire } = startWorker();
    await fire('pushsubscriptionchange', {});
    expect(seen.shown[0]!.title).toContain('have ended');
  });

  it('answers no request: no screen can be an old one', () => {
    expect(startWorker().listeners.has('fetch')).toBe(false);
  });
});
