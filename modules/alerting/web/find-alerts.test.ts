import { afterEach, expect, it, vi } from 'vitest';
import { anAlert } from './parts/an-alert.ts';
import { alertPlaces } from './parts/alert-places.ts';
import { findAlerts } from './find-alerts.ts';

afterEach(() => vi.unstubAllGlobals());
const found = (text: string) => findAlerts(text, new AbortController().signal);

it('offers every screen about alerts by its name, and by what it is for', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ items: [], next: null, facets: null }));
  expect((await found('')).map(({ to }) => to)).toEqual([
    ...alertPlaces.map(({ to }) => to),
    '/alert-routes?show=inhibitions',
  ]);
  for (const [text, to] of [
    ['integr', '/integrations'],
    ['noise', '/alert-noise'],
    ['Rules', '/alert-rules'],
    ['held back', '/silences'],
    ['who is told', '/alert-routes'],
    ['inbox', '/alerts'],
  ] as const)
    expect((await found(text)).map((each) => each.to)).toContain(to);
});

it('and active alerts by a word of their summary', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return Response.json({ items: [anAlert()], next: null, facets: null });
  });
  expect(await found(' checkout ')).toEqual([
    expect.objectContaining({
      label: anAlert().summary,
      suffix: 'firing, shop/checkout',
      to: `/alerts/${anAlert().id}`,
    }),
  ]);
  expect(asked.join(' ')).toContain('q=checkout');
});
