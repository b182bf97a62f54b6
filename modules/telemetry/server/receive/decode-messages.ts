import type { DecodedRows } from '../../domain/day-rows.ts';
import type { OtlpEncoding } from '../../domain/otlp-answer.ts';
import type { Signal } from '../../domain/otlp-decoder.ts';
import type { Notice } from '../../domain/otlp-notice.ts';

export type Compression = 'identity' | 'gzip' | 'deflate';

/** One request body for a decoding thread; the buffer is handed over, not copied. */
export interface DecodeJob {
  readonly kind: 'decode';
  readonly id: number;
  readonly signal: Signal;
  readonly encoding: OtlpEncoding;
  readonly compression: Compression;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Part of the hash by which a repeat is known. */
  readonly sender: string;
  readonly nowSeconds: number;
  readonly retentionDays: number;
}

/** What became of the rows of a job. */
export interface Settled {
  readonly kind: 'settled';
  readonly id: number;
  readonly isKept: boolean;
}

/** Names that another thread's cardinality guard let in. */
export interface Learn {
  readonly kind: 'learn';
  readonly admissions: Uint32Array;
}

export type ToDecoder = DecodeJob | Settled | Learn;

export interface DecodedBody {
  readonly id: number;
  readonly ok: true;
  readonly rows: DecodedRows[];
  readonly accepted: number;
  readonly rejected: number;
  readonly message: string;
  readonly notices: Notice[];
  /** SHA-256 of sender, signal and decompressed body. */
  readonly bodyHash: Uint8Array<ArrayBuffer>;
  readonly decodedBytes: number;
  readonly decodeMs: number;
  readonly admissions: Uint32Array<ArrayBuffer>;
}

export interface DecodeFailure {
  readonly id: number;
  readonly ok: false;
  readonly reason: 'malformed' | 'too-large' | 'bad-compression' | 'failed';
  readonly detail: string;
}

/** `ready` comes once, when the thread has loaded its code. */
export type FromDecoder = DecodedBody | DecodeFailure | 'ready';
