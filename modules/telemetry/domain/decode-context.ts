import { AttributeWriter } from './attribute-writer.ts';
import { CardinalityGuard, cardinalityLimits, type CardinalityLimits } from './cardinality.ts';
import { RowSorter } from './day-rows.ts';
import type { Hash64 } from './hash64.ts';
import { IdSet } from './id-set.ts';
import { KnownIds } from './known-ids.ts';
import { NoticeTally } from './otlp-notice.ts';
import type { Redaction } from './redaction.ts';
import { RowWriter } from './row-writer.ts';
import { WireReader } from './wire-reader.ts';

/** What the decoders of one thread share: the reader, the rows, the notices, and what is remembered between requests. */
export interface DecodeContext {
  readonly reader: WireReader;
  readonly tally: NoticeTally;
  readonly attributes: AttributeWriter;
  readonly sorter: RowSorter;
  readonly guard: CardinalityGuard;
  /** Ids of series and origins whose rows are safe for a day already. */
  readonly known: KnownIds;
  /** Ids written in the request at hand. */
  readonly written: IdSet;
  /** Days older than the retention that were taken since the clock's day began. */
  readonly oldDays: Set<number>;
  readonly scratch: RowWriter;
  readonly key: Hash64;
  /** The clock here, epoch seconds; set for each request. */
  nowSeconds: number;
  /** Days that the signal at hand is kept. */
  retentionDays: number;
}

const idsPerRequest = 1_048_576;

export const createDecodeContext = (
  redaction: Redaction | null,
  limits: CardinalityLimits = cardinalityLimits,
): DecodeContext => {
  const reader = new WireReader();
  const tally = new NoticeTally();
  return {
    reader,
    tally,
    attributes: new AttributeWriter(reader, tally, redaction),
    sorter: new RowSorter(),
    guard: new CardinalityGuard(limits),
    known: new KnownIds(),
    written: new IdSet(idsPerRequest),
    oldDays: new Set(),
    scratch: new RowWriter(),
    key: { low: 0, high: 0 },
    nowSeconds: 0,
    retentionDays: 0,
  };
};
