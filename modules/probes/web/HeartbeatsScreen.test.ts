import { VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Heartbeat } from '../contract.ts';
import HeartbeatsScreen from './HeartbeatsScreen.vue';

const aHeartbeat = (given: Partial<Heartbeat> = {}): Heartbeat => ({
  name: 'backup',
  description: '',
  every: 'PT24H',
  grace: 'PT30M',
  service: null,
  team: 'payments',
  owner: 'payments',
  state: 'missed',
  reason: 'Nothing came.',
  lastPingAt: '2026-11-22T12:30:00.000Z',
  dueAt: '2026-11-23T12:30:00.000Z',
  missedSince: '2026-11-23T13:00:00.000Z',
  pings: 3,
  ...given,
});
const show = async (items: Heartbeat[]) => {
  vi.stubGlobal('fetch', async () => Response.json({ items, next: null }));
  const screen = mount(HeartbeatsScreen, { global: { plugins: [VueQueryPlugin] } });
  await flushPromises();
  return screen;
};
afterEach(() => vi.unstubAllGlobals());

describe('the list of heartbeats', () => {
  it('teaches where there is none yet', async () => {
    const screen = await show([]);
    expect(screen.text()).toContain('Nothing is listened for yet');
    expect(screen.text()).toContain('kind: Heartbeat');
  });

  it('says of each how it is and who is told', async () => {
    const screen = await show([
      aHeartbeat(),
      aHeartbeat({ name: 'orphan', state: 'waiting', owner: null, lastPingAt: null }),
    ]);
    expect(screen.text()).toContain('Missed');
    expect(screen.text()).toContain('Never pinged');
    expect(screen.text()).toContain('never');
  });
});
