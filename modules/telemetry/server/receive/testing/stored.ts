import { testClickHouse } from '../../../../../platform/clickhouse/for-tests.ts';
import { readAttributeValue } from '../../../domain/attribute-value.ts';
import { OtlpDecoder, type Decoded, type Signal } from '../../../domain/otlp-decoder.ts';
import { protobufOfJson } from '../../../domain/otlp-json.ts';
import type { MessageName } from '../../../domain/otlp-schema.ts';
import { readStructures } from '../../keep/structures.ts';
import { encodeOtlp, type Otlp } from './otlp.ts';

/** Holds what `store` stored. */
export const clickhouse = await testClickHouse([
  { name: 'telemetry', folder: new URL('../../migrations/', import.meta.url) },
]);
const structures = await readStructures(clickhouse);
const nowSeconds = 1_544_713_000;
const messages: Record<Signal, MessageName> = {
  traces: 'TracesRequest',
  metrics: 'MetricsRequest',
  logs: 'LogsRequest',
};
let segment = 0;

/** Decodes and delivers as the log does; protobufjs encodes, so the reader is checked by another implementation. */
export const store = async (signal: Signal, request: Otlp, encoding: 'json' | 'protobuf'): Promise<Decoded> => {
  const bytes =
    encoding === 'json'
      ? protobufOfJson(JSON.stringify(request), messages[signal])
      : encodeOtlp(messages[signal], request);
  const decoded = new OtlpDecoder({ redactionRules: [] }).decode({
    signal,
    bytes,
    nowSeconds,
    retentionDays: 8,
    request: 1,
  });
  segment++;
  for (const { table, bytes: body } of decoded.rows) {
    await clickhouse.insert({
      sql: `INSERT INTO ${table} SELECT *, ${segment} FROM input('${structures.columns[table]!.replaceAll("'", "\\'")}')`,
      format: 'RowBinary',
      body,
    });
  }
  return decoded;
};

export const read = async <Row>(table: string, columns: string): Promise<Row[]> =>
  clickhouse.query<Row>(
    `-- The rows of the segment at hand.\nSELECT ${columns} FROM ${table} WHERE segment = {segment:UInt64}`,
    { params: { segment } },
  );

/** The columns that the tests look into. */
export interface StoredRow {
  readonly attributes: Record<string, string>;
  readonly events: {
    readonly time: string;
    readonly name: string;
    readonly attributes: Record<string, string>;
    readonly dropped_attributes: number;
  }[];
  readonly links: {
    readonly trace_state: string;
    readonly attributes: Record<string, string>;
    readonly dropped_attributes: number;
    readonly flags: number;
  }[];
  readonly bounds: number[];
  readonly resource_entities: string;
  readonly origin_id: string;
  readonly series_id: string;
  readonly metric: string;
  readonly body: string;
  readonly body_kind: string;
  readonly time_source: string;
  readonly at: string;
  readonly trace: string;
  readonly severity_number: number;
  readonly number: string;
  readonly flags: number;
}

export const typed = (map: Record<string, string>) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, readAttributeValue(value)]));

export const everyType: Otlp[] = [
  { key: 'text', value: { stringValue: 'ümlaut "quoted" \\ \n\t\u0001 €😀' } },
  { key: 'empty', value: { stringValue: '' } },
  { key: 'yes', value: { boolValue: true } },
  { key: 'no', value: { boolValue: false } },
  { key: 'int', value: { intValue: '9223372036854775807' } },
  { key: 'negative', value: { intValue: '-9223372036854775808' } },
  { key: 'whole double', value: { doubleValue: 3 } },
  { key: 'double', value: { doubleValue: 637.704 } },
  { key: 'nan', value: { doubleValue: 'NaN' } },
  { key: 'infinite', value: { doubleValue: '-Infinity' } },
  { key: 'bytes', value: { bytesValue: 'AAECAwT/' } },
  {
    key: 'array',
    value: {
      arrayValue: {
        values: [
          { stringValue: 'a' },
          { intValue: '1' },
          { doubleValue: 1 },
          { boolValue: true },
          { arrayValue: { values: [] } },
        ],
      },
    },
  },
  {
    key: 'kvlist',
    value: {
      kvlistValue: {
        values: [
          { key: 'inner', value: { kvlistValue: { values: [{ key: 'deep', value: { intValue: '5' } }] } } },
          { key: 'second', value: { stringValue: 's' } },
        ],
      },
    },
  },
  { key: 'like bytes', value: { kvlistValue: { values: [{ key: 'bytes', value: { stringValue: 'no' } }] } } },
  {
    key: 'like kvlist',
    value: {
      kvlistValue: {
        values: [{ key: 'kvlist', value: { kvlistValue: { values: [{ key: 'x', value: { stringValue: 'y' } }] } } }],
      },
    },
  },
  { key: 'nothing', value: {} },
];

export const everyTypeRead = {
  text: { kind: 'string', value: 'ümlaut "quoted" \\ \n\t\u0001 €😀' },
  empty: { kind: 'string', value: '' },
  yes: { kind: 'bool', value: true },
  no: { kind: 'bool', value: false },
  int: { kind: 'int', value: 9_223_372_036_854_775_807n },
  negative: { kind: 'int', value: -9_223_372_036_854_775_808n },
  'whole double': { kind: 'double', value: 3 },
  double: { kind: 'double', value: 637.704 },
  nan: { kind: 'double', value: Number.NaN },
  infinite: { kind: 'double', value: Number.NEGATIVE_INFINITY },
  bytes: { kind: 'bytes', base64: 'AAECAwT/' },
  array: {
    kind: 'array',
    values: [
      { kind: 'string', value: 'a' },
      { kind: 'int', value: 1n },
      { kind: 'double', value: 1 },
      { kind: 'bool', value: true },
      { kind: 'array', values: [] },
    ],
  },
  kvlist: {
    kind: 'kvlist',
    values: {
      inner: { kind: 'kvlist', values: { deep: { kind: 'int', value: 5n } } },
      second: { kind: 'string', value: 's' },
    },
  },
  'like bytes': { kind: 'kvlist', values: { bytes: { kind: 'string', value: 'no' } } },
  'like kvlist': {
    kind: 'kvlist',
    values: { kvlist: { kind: 'kvlist', values: { x: { kind: 'string', value: 'y' } } } },
  },
  nothing: { kind: 'none' },
};

export const resource = {
  attributes: [
    { key: 'service.name', value: { stringValue: 'my.service' } },
    { key: 'service.version', value: { stringValue: '2.0' } },
  ],
  droppedAttributesCount: 4,
  entityRefs: [
    { schemaUrl: 'https://e', type: 'service', idKeys: ['service.name'], descriptionKeys: ['service.version'] },
  ],
};
export const scope = {
  name: 'my.library',
  version: '1.0.0',
  attributes: [{ key: 'my.scope.attribute', value: { stringValue: 'some scope attribute' } }],
  droppedAttributesCount: 5,
};

/** Ids that signals of one trace share. */
export const ids = { traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174' };
