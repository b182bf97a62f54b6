import { describe, expect, it } from 'vitest';
import { noiseMonths, type NoiseAlert, type NoiseLevel } from './generator.ts';

/** Generated months are the same for a seed, and what is said to be planted is so by the definition. */
const levels: readonly NoiseLevel[] = ['low', 'medium', 'high'];
const minutes = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 60_000;

/** Firings less than an hour apart are one time. */
const timesOf = (alerts: readonly NoiseAlert[]): NoiseAlert[][] => {
  const times: NoiseAlert[][] = [];
  for (const alert of alerts.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : 1)))
    if (times.length > 0 && minutes(times.at(-1)!.at(-1)!.endsAt, alert.startsAt) < 60) times.at(-1)!.push(alert);
    else times.push([alert]);
  return times;
};

describe.each(levels)('months with %s noise', (level) => {
  const { alerts, truth } = noiseMonths({ seed: 7, level });
  const of = Map.groupBy(alerts, ({ fingerprint }) => fingerprint);

  it('are the same for a seed and others for another', () => {
    expect(noiseMonths({ seed: 7, level })).toEqual({ alerts, truth });
    expect(noiseMonths({ seed: 8, level }).truth).not.toEqual(truth);
    expect(new Set(alerts.map(({ id }) => id)).size).toBe(alerts.length);
  });

  it('have something of each kind, and much more that is ordinary', () => {
    for (const found of Object.values(truth)) expect(found.length).toBeGreaterThanOrEqual(3);
    const noisy = new Set([...truth.flapping, ...truth.duplicates.flat(), ...truth.unactionable, ...truth.ownerless]);
    expect(of.size).toBeGreaterThan(2 * noisy.size);
    expect(alerts.every(({ startsAt, endsAt }) => startsAt < endsAt)).toBe(true);
  });

  it('flap again and again where that is said, and nowhere else', () => {
    for (const [fingerprint, all] of of) {
      const long = timesOf(all).filter((time) => time.length >= 5).length;
      expect([fingerprint, long >= 5]).toEqual([fingerprint, truth.flapping.includes(fingerprint)]);
    }
  });

  it('are acted on but for what is said to be unactionable', () => {
    for (const [fingerprint, all] of of) {
      const times = timesOf(all);
      if (times.length < 8) continue;
      const acted = times.filter((time) => time.some(({ actions }) => actions > 0)).length / times.length;
      if (truth.unactionable.includes(fingerprint)) expect(acted).toBeLessThan(0.05);
      else expect(acted).toBeGreaterThanOrEqual(0.2);
    }
    for (const fingerprint of truth.unactionable)
      expect(timesOf(of.get(fingerprint)!).length).toBeGreaterThanOrEqual(8);
  });

  it('tell one cause twice where that is said, both ways and of one service, and no other two do', () => {
    const near = (one: readonly NoiseAlert[], other: readonly NoiseAlert[]): number =>
      one.filter((a) => other.some((b) => Math.abs(minutes(a.startsAt, b.startsAt)) <= 5)).length / one.length;
    const prints = [...of.keys()].toSorted();
    const found = prints.flatMap((a, index) =>
      prints.slice(index + 1).flatMap((b) => {
        const [one, other] = [of.get(a)!, of.get(b)!];
        if (one[0]!.service === null || one[0]!.service !== other[0]!.service || Math.min(one.length, other.length) < 5)
          return [];
        return Math.min(near(one, other), near(other, one)) >= 0.8 ? [[a, b]] : [];
      }),
    );
    expect(found).toEqual(truth.duplicates);
  });
});
