import { expect, test } from 'vitest';
import { encodeOtlp } from '../server/receive/testing/otlp.ts';
import { protobufOfJson } from './otlp-json.ts';

const resource = { attributes: [{ key: 'k', value: { intValue: '7' } }] };
const traces = (span: Record<string, unknown>) => ({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
const sent = {
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  name: 'x',
  kind: 2,
  startTimeUnixNano: '1544712660300000001',
  status: { code: 2 },
};
const expected = encodeOtlp('TracesRequest', traces(sent));

test.each<[string, string]>([
  ['as the specification says', JSON.stringify(traces(sent))],
  ['with ids in capitals', JSON.stringify(traces({ ...sent, traceId: sent.traceId.toUpperCase() }))],
  [
    'with a 64-bit integer as a number, to the last digit',
    JSON.stringify(traces(sent)).replace('"1544712660300000001"', '1544712660300000001'),
  ],
  [
    'with enums by name',
    JSON.stringify(traces({ ...sent, kind: 'SPAN_KIND_SERVER', status: { code: 'STATUS_CODE_ERROR' } })),
  ],
  [
    'with fields that are not known, at every level',
    JSON.stringify({ ...traces({ ...sent, later: { deep: [1] } }), also: null }),
  ],
  ['with nulls', JSON.stringify(traces({ ...sent, attributes: null, endTimeUnixNano: null }))],
  ['with spaces', JSON.stringify(traces(sent), null, 4)],
])('JSON %s says what the protobuf body says', (_name, text) => {
  expect(Buffer.from(protobufOfJson(text, 'TracesRequest')).toString('hex')).toBe(
    Buffer.from(expected).toString('hex'),
  );
});

test.each<[string, Record<string, unknown>, RegExp]>([
  [
    'a number above 64 bits',
    { startTimeUnixNano: '18446744073709551616' },
    /integer from 0 to 18446744073709551615 is expected at .*startTimeUnixNano/,
  ],
  ['a negative count', { droppedEventsCount: -1 }, /integer from 0/],
  ['a fraction', { startTimeUnixNano: 1.5 }, /an integer is expected/],
  [
    'a text as flag',
    { attributes: [{ key: 'a', value: { boolValue: 'yes' } }] },
    /true or false is expected at .*attributes\[0\]\.value\.boolValue/,
  ],
  ['a number as name', { name: 7 }, /a text is expected at .*name/],
  ['wrong base64', { attributes: [{ key: 'a', value: { bytesValue: '%%%' } }] }, /not base64/],
  ['a list as value', { attributes: [{ key: 'a', value: [] }] }, /an object is expected/],
])('%s is refused with its path', (_name, span, message) => {
  expect(() => protobufOfJson(JSON.stringify(traces({ ...sent, ...span })), 'TracesRequest')).toThrow(message);
});

test('an id that is not hexadecimal does not refuse the others: it becomes an invalid id', () => {
  const bytes = protobufOfJson(JSON.stringify(traces({ ...sent, traceId: 'not-an-id' })), 'TracesRequest');
  expect(Buffer.from(bytes).toString('hex')).toContain('0a0100');
});

test('values nested a thousand deep are refused, not followed', () => {
  const deep = '{"arrayValue":{"values":['.repeat(1_000) + ']}}'.repeat(1_000);
  const text = JSON.stringify(traces({ ...sent, attributes: [{ key: 'a', value: 'X' }] })).replace('"X"', deep);
  expect(() => protobufOfJson(text, 'TracesRequest')).toThrow(/more levels than are read/);
});
