import { afterEach, expect, it, vi } from 'vitest';
import { ApiProblem } from '../../../../ui/api.ts';
import { answersOnTheWay, giveUpMs, sendAnswer } from './answers.ts';

const id = '018f0000-0000-7000-8000-000000000000';
/** A clock that moves by what is waited. */
const aGround = (during: (waits: number) => void = () => {}) => {
  let nowMs = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => nowMs,
    pause: async (ms: number) => {
      waits.push(ms);
      nowMs += ms;
      during(waits.length);
    },
  };
};
const away = () => Promise.reject(new TypeError('fetch failed'));

afterEach(() => {
  vi.unstubAllGlobals();
  answersOnTheWay.clear();
});

it('an answer that cannot be sent waits, says so, and goes out when the server is back', async () => {
  let calls = 0;
  vi.stubGlobal('fetch', async () => (++calls < 4 ? away() : Response.json({ id, state: 'acknowledged' })));
  const seen: string[] = [];
  const ground = aGround(() => seen.push(answersOnTheWay.get(id)!.state));
  const page = await sendAnswer(id, 'acknowledge', ground);
  expect(page).toMatchObject({ state: 'acknowledged' });
  expect(seen).toEqual(['waiting', 'waiting', 'waiting']);
  expect(ground.waits).toEqual([1_000, 2_000, 4_000]);
  expect(answersOnTheWay.size).toBe(0);
});

it('what the server refuses is told at once and not tried again', async () => {
  let calls = 0;
  vi.stubGlobal('fetch', async () => {
    calls += 1;
    return Response.json(
      { code: 'oncall.not-your-page', title: 'Only responders may answer this page' },
      { status: 403 },
    );
  });
  await expect(sendAnswer(id, 'resolve', aGround())).rejects.toBeInstanceOf(ApiProblem);
  expect(calls).toBe(1);
  expect(answersOnTheWay.size).toBe(0);
});

it('a resolve overtakes an acknowledge that still waits: nothing is sent twice', async () => {
  const sent: string[] = [];
  let isAway = true;
  vi.stubGlobal('fetch', async (url: string) => {
    if (isAway) return away();
    sent.push(url.split('/').at(-1)!);
    return Response.json({ id, state: 'resolved' });
  });
  let resolving: Promise<unknown> = Promise.resolve();
  const ground = aGround(() => {
    isAway = false;
    resolving = sendAnswer(id, 'resolve', aGround());
  });
  expect(await sendAnswer(id, 'acknowledge', ground)).toBeNull();
  expect(await resolving).toMatchObject({ state: 'resolved' });
  expect(sent).toEqual(['resolve']);
});

it('is given up in the end, and who pressed it is told', async () => {
  vi.stubGlobal('fetch', away);
  const ground = aGround();
  await expect(sendAnswer(id, 'acknowledge', ground)).rejects.toBeInstanceOf(ApiProblem);
  expect(ground.now()).toBeGreaterThan(giveUpMs);
  expect(answersOnTheWay.size).toBe(0);
});
