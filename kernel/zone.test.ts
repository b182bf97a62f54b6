import { describe, expect, it } from 'vitest';
import { isZone, sameZone } from './zone.ts';

describe('names of zones', () => {
  it.each(['UTC', 'Etc/UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'US/Pacific'])('%s is one', (name) =>
    expect(isZone(name)).toBe(true),
  );
  it.each(['', 'Mars/Olympus', '+02:00', 'Europe', '2026-01-01', 'Europe/Berlin '])('%j is none', (name) =>
    expect(isZone(name)).toBe(false),
  );
  it.each([
    ['UTC', 'Etc/UTC', true],
    ['GMT', 'UTC', true],
    ['Asia/Calcutta', 'Asia/Kolkata', true],
    ['US/Pacific', 'America/Los_Angeles', true],
    ['Europe/Berlin', 'Europe/Paris', false],
    ['Mars/Olympus', 'Mars/Olympus', true],
    ['Mars/Olympus', 'UTC', false],
  ])('%s and %s are one zone: %s', (one, other, same) => expect(sameZone(one, other)).toBe(same));
});
