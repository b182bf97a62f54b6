import { expect, it } from 'vitest';
import { describeFault, parseLatencyMs, parseShare } from './fault.ts';

it.each([
  ['5%', 0.05],
  ['20 %'.replace(' ', ''), 0.2],
  ['0.05', 0.05],
  ['100%', 1],
  ['0', 0],
])('reads the share %s', (text, share) => expect(parseShare(text)).toBe(share));

it.each(['', '120%', '-1', 'many', '1.5'])('refuses the share %j in words', (text) => {
  expect(() => parseShare(text)).toThrow(/--errors takes a share/);
});

it.each([
  ['300ms', 300],
  ['1.5s', 1_500],
  ['250', 250],
])('reads the latency %s', (text, ms) => expect(parseLatencyMs(text)).toBe(ms));

it.each(['', '-1', '31s', 'slow'])('refuses the latency %j in words', (text) => {
  expect(() => parseLatencyMs(text)).toThrow(/--latency takes/);
});

it('says what is wrong', () => {
  expect(describeFault({ errors: 0.05, latencyMs: 300 })).toBe('5 % of requests fail, 300 ms slower');
  expect(describeFault({ errors: 0, latencyMs: 0 })).toBe('works');
});
