import { createHash } from 'node:crypto';
import { RowWriter } from '../../domain/row-writer.ts';
import type { Rows } from './keep.ts';

/** A span as far as keeping it matters; what is not named is zero or empty. */
export interface SpanFixture {
  readonly [column: string]: string | number | bigint | Uint8Array;
}

const nanos = 1_000_000_000n;

/** A server span of `shop/checkout` that took 20 ms and ended when told. */
export const aSpan = (
  overrides: { readonly endedAt?: string } & Record<string, string | number | bigint | Uint8Array> = {},
): SpanFixture => {
  const { endedAt = '2026-11-22T10:10:05Z', ...rest } = overrides;
  return {
    ended_at: Temporal.Instant.from(endedAt).epochNanoseconds,
    duration_ns: 20_000_000n,
    service: 'shop/checkout',
    environment: 'production',
    version: '1.0',
    name: 'POST /orders',
    kind: 2,
    is_request: 1,
    ...rest,
  };
};

/** Rows of spans in the order of `structure` (`name Type, …` as `readStructures` gives it), sorted by day. */
export const rowsOfSpans = (structure: string, spans: readonly SpanFixture[], table = 'telemetry_spans'): Rows[] => {
  const columns = columnsOf(structure);
  const byDay = Map.groupBy(spans, (span) => dayOf(span['ended_at'] as bigint));
  return [...byDay].map(([day, some]) => {
    const out = new RowWriter();
    for (const span of some) for (const { name, type } of columns) writeValue(out, type, span[name] ?? 0);
    const tenSeconds = new Set(some.map((span) => Number(((span['ended_at'] as bigint) / nanos / 10n) * 10n)));
    return { table, day, bytes: out.take(), count: some.length, tenSeconds: [...tenSeconds] };
  });
};

export const bodyHash = (body: string): Uint8Array => createHash('sha256').update(body).digest();

const dayOf = (endedAtNs: bigint): string => Temporal.Instant.fromEpochNanoseconds(endedAtNs).toString().slice(0, 10);

/** Splits at commas that are not within parentheses or quotes. */
const columnsOf = (structure: string): { name: string; type: string }[] =>
  structure.split(/, (?=`)/).map((column) => {
    const match = /^`([^`]+)` (.*)$/s.exec(column)!;
    return { name: match[1]!, type: match[2]! };
  });

const writeValue = (out: RowWriter, type: string, value: string | number | bigint | Uint8Array): void => {
  const inner = /^LowCardinality\((.*)\)$/.exec(type)?.[1] ?? type;
  const fixed = /^FixedString\((\d+)\)$/.exec(inner);
  if (fixed) {
    const bytes = new Uint8Array(Number(fixed[1]));
    if (value instanceof Uint8Array) bytes.set(value);
    out.raw(bytes, 0, bytes.length);
  } else if (inner === 'String') out.text(value === 0 ? '' : String(value));
  else if (/^(Map|Array)\(/.test(inner)) out.varint(0);
  else if (/^(U?Int64|DateTime64)/.test(inner)) {
    const bits = BigInt.asUintN(64, BigInt(value as bigint));
    out.uint64(Number(bits & 0xffff_ffffn), Number(bits >> 32n));
  } else if (/^(UInt8|Enum8|Bool)/.test(inner)) out.uint8(Number(value));
  else if (/^(U?Int32|DateTime)/.test(inner)) out.uint32(Number(value));
  else throw new Error(`the fixture cannot write ${type}`);
};
