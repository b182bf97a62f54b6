import { expect, it } from 'vitest';
import { afterAttempt, type After, type Answered } from './after-attempt.ts';
import type { Tries } from './choose-provider.ts';

const said = (result: Answered['result'], retryAfterSeconds: number | null = null): Answered => ({
  result,
  retryAfterSeconds,
});

it.each<[string, Tries, Answered, number | null, After]>([
  [
    'accepted for good where no receipts come',
    {},
    said('accepted'),
    null,
    { act: 'end', state: 'accepted', tries: { sms: { count: 1, out: 'taken' } } },
  ],
  [
    'accepted, and a receipt is awaited',
    {},
    said('accepted'),
    60,
    { act: 'await-receipt', withinSeconds: 60, tries: { sms: { count: 1, out: 'taken' } } },
  ],
  [
    'delivered already',
    { other: { count: 1 } },
    said('delivered'),
    60,
    { act: 'end', state: 'delivered', tries: { other: { count: 1 }, sms: { count: 1, out: 'taken' } } },
  ],
  [
    'refused: this provider is out',
    { sms: { count: 2 } },
    said('refused'),
    60,
    { act: 'again', pauseSeconds: 0, tries: { sms: { count: 3, out: 'refused' } } },
  ],
  [
    'failed: a try',
    { sms: { count: 2 } },
    said('failed'),
    60,
    { act: 'again', pauseSeconds: 0, tries: { sms: { count: 3 } } },
  ],
  ['timeout: a try', {}, said('timeout'), null, { act: 'again', pauseSeconds: 0, tries: { sms: { count: 1 } } }],
  ['put off: no try, and a pause', {}, said('failed', 7), null, { act: 'again', pauseSeconds: 7, tries: {} }],
  [
    'put off for a day: a bounded pause',
    {},
    said('failed', 86_400),
    null,
    { act: 'again', pauseSeconds: 900, tries: {} },
  ],
])('%s', (_, tries, answered, within, expected) => {
  expect(afterAttempt(tries, 'sms', answered, within)).toEqual(expected);
});
