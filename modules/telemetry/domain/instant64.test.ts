import { expect, test } from 'vitest';
import { secondsOfNanos } from './instant64.ts';

const exact = (nanos: bigint): number => Number(nanos / 1_000_000_000n);
const halves = (nanos: bigint): [number, number] => [Number(nanos & 0xffffffffn), Number(nanos >> 32n)];

test('a nanosecond before and after a whole second falls into the right second, up to the end of the range', () => {
  for (let at = 0; at < 20_000; at++) {
    const second = BigInt(Math.floor((at / 20_000) * 18_446_744_072));
    for (const offset of [0n, 1n, 999_999_999n]) {
      const nanos = second * 1_000_000_000n + offset;
      expect(secondsOfNanos(...halves(nanos))).toBe(exact(nanos));
    }
  }
});
