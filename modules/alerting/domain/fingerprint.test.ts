import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

/** FNV-1a by its definition, with BigInt: the slow way, to hold the fast one against. */
const slow = (labels: Record<string, string>): string => {
  let hash = 14_695_981_039_346_656_037n;
  const bytes = Object.keys(labels)
    .map((name) => Buffer.from(name))
    .toSorted(Buffer.compare)
    .flatMap((name) => [...name, 0xff, ...Buffer.from(labels[name.toString()]!), 0xff]);
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 1_099_511_628_211n) & 0xffff_ffff_ffff_ffffn;
  return hash.toString(16).padStart(16, '0');
};

describe('the fingerprint of labels', () => {
  // The figures stand in prometheus/common, model/signature_test.go.
  it.each([
    ['of none', {}, 14_695_981_039_346_656_037n],
    ['of two', { name: 'garland, briggs', fear: 'love is not enough' }, 5_799_056_148_416_392_346n],
  ])('%s is the one that Prometheus makes', (_, labels, known) =>
    expect(fingerprintOf(labels as Record<string, string>)).toBe(known.toString(16).padStart(16, '0')),
  );

  it('is that of the definition for any text', () => {
    let seed = 4711;
    const random = (most: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % most;
    const letters = ['a', 'B', '_', '9', 'é', '漢', '😀', '\ue000', '\ufffd', ' '];
    const text = (): string => Array.from({ length: 1 + random(6) }, () => letters[random(letters.length)]).join('');
    for (let round = 0; round < 500; round += 1) {
      const labels = Object.fromEntries(Array.from({ length: random(8) }, () => [text(), text()]));
      expect(fingerprintOf(labels)).toBe(slow(labels));
    }
  });
});
