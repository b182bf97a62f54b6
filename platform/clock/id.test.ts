import { expect, it } from 'vitest';
import { newId } from './id.ts';

it('is a UUID of version 7 with its millisecond in front', () => {
  const id = newId(Date.UTC(2026, 10, 22, 12));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 22, 12));
});

it('keeps the order in which ids were made, also within one millisecond', () => {
  const ids = Array.from({ length: 20_000 }, () => newId(1_795_000_000_000));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(newId(1_795_000_000_001) > ids.at(-1)!).toBe(true);
});

it('begins each millisecond somewhere else, so that two processes do not meet', () => {
  const begun = Array.from({ length: 200 }, (_, ms) => newId(1_795_000_000_000 + ms).slice(14, 23));
  expect(new Set(begun).size).toBeGreaterThan(190);
});
