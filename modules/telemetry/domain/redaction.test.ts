import { expect, test } from 'vitest';
import { anOtlpSpan, attributesOf, aTracesRequest, encodeOtlp } from '../server/receive/testing/otlp.ts';
import { OtlpDecoder } from './otlp-decoder.ts';
import { createRedaction, secretsRule } from './redaction.ts';

test.each([
  ['db.password', true],
  ['http.request.header.authorization', true],
  ['http.request.header.x-api-key', true],
  ['http.request.header.set-cookie', true],
  ['aws.access_key', true],
  ['API_KEY', true],
  ['session.id', true],
  ['user.token', true],
  ['gen_ai.usage.input_tokens', false],
  ['db.query.text', false],
  ['secretary.name', false],
  ['http.route', false],
])('the rule for secrets, on %s: %s', (name, removes) => {
  expect(createRedaction([secretsRule])!.removes(name)).toBe(removes);
});

const decode = (redactionRules: (typeof secretsRule)[]) => {
  const attributes = attributesOf({
    'db.password': 'hunter2',
    'token.count': 7,
    request: { kvlistValue: { values: attributesOf({ authorization: 'Bearer hunter2', path: '/x' }) } },
  });
  const bytes = encodeOtlp(
    'TracesRequest',
    aTracesRequest([anOtlpSpan({ attributes, events: [{ name: 'e', attributes }] })]),
  );
  return new OtlpDecoder({ redactionRules }).decode({
    signal: 'traces',
    bytes,
    nowSeconds: Date.now() / 1_000,
    retentionDays: 8,
    request: 1,
  });
};
const text = (decoded: ReturnType<typeof decode>): string =>
  decoded.rows.map(({ bytes }) => Buffer.from(bytes).toString()).join('');

test('with the rule the secret is nowhere in the rows, inner values included, and a notice says what was removed', () => {
  const decoded = decode([secretsRule]);
  expect(text(decoded)).not.toContain('hunter2');
  expect(text(decoded)).toContain('"path":"/x"');
  expect(decoded.notices.map(({ code, count }) => [code, count])).toEqual([['redacted', 4]]);
  expect(decoded.message).toBe('');
});

test('without a rule everything is kept', () => {
  expect(text(decode([]))).toContain('hunter2');
});
