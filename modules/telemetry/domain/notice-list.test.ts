import { expect, test } from 'vitest';
import { NoticeList } from './notice-list.ts';

const at = (minute: number): Temporal.Instant => Temporal.Instant.from('2026-11-22T12:00:00Z').add({ minutes: minute });
const aNotice = (code: string, service: string | null = 'cart', detail = '') => ({
  code,
  title: code,
  detail,
  service,
  count: 1,
});

test('equal notices of one service are one entry that counts, last seen first', () => {
  const list = new NoticeList();
  list.add(aNotice('a', 'cart', 'first'), at(0));
  list.add(aNotice('a', 'payment'), at(1));
  list.add({ ...aNotice('a', 'cart'), count: 4 }, at(2));
  expect(list.list().map(({ service, count, detail }) => [service, count, detail])).toEqual([
    ['cart', 5, 'first'],
    ['payment', 1, ''],
  ]);
  expect(list.list()[0]).toMatchObject({ firstAt: at(0), lastAt: at(2) });
});

test('it holds two hundred entries and lets go of the one that was seen longest ago', () => {
  const list = new NoticeList();
  for (let index = 0; index < 500; index++) list.add(aNotice('a', `service ${index}`), at(index));
  expect(list.list()).toHaveLength(200);
  expect([list.list()[0]!.service, list.list().at(-1)!.service]).toEqual(['service 499', 'service 300']);
});
