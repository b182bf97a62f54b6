import { expect, it } from 'vitest';
import { ruleSpec } from './rules.ts';

it.each([
  [{ metric: { name: 'disk.free' } }, /^metric\.aggregate: /],
  [{ signal: { of: 'latency' } }, /^signal\.service: /],
  [{ logs: { severity: 'loud' } }, /^logs\.severity: /],
  [{ metrics: { name: 'disk.free' } }, /^one of signal, metric or logs$/],
  [{ metric: { name: 'a', aggregate: 'min' }, logs: {} }, /^one of signal, metric or logs$/],
  [undefined, /^one of signal, metric or logs$/],
])('says what is wrong within the measure that was meant: %j', (measure, message) => {
  const read = ruleSpec.safeParse({ measure, fire: { op: '<', value: 5 } });
  expect(read.error?.issues).toEqual([
    expect.objectContaining({ path: ['measure'], message: expect.stringMatching(message) }),
  ]);
});
