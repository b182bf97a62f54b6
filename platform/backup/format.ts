import { createHash } from 'node:crypto';
import { Refusal } from '../../kernel/problem.ts';
import type { AppliedMigration } from '../postgres/migrate.ts';

/** A change of this number means that older programs cannot read the file. */
export const formatVersion = 1;

export interface Header {
  readonly format: 'leadline-backup';
  readonly formatVersion: number;
  /** RFC 3339. */
  readonly madeAt: string;
  readonly leadline: string;
  readonly postgres: string;
  readonly migrations: readonly AppliedMigration[];
}

export interface TableStart {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
}

export interface SequenceState {
  readonly schema: string;
  readonly sequence: string;
  readonly last: string;
  readonly called: boolean;
}

/** What a backup consists of, in this order: header, then each table with its data and end, then the sequences. */
export type Part =
  | { readonly kind: 'header'; readonly value: Header }
  | { readonly kind: 'table'; readonly value: TableStart }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'table-end'; readonly value: { readonly rows: number } }
  | { readonly kind: 'sequences'; readonly value: readonly SequenceState[] };

/** One letter a part; `Z` holds the SHA-256 of all bytes before it. */
const letters = { header: 'H', table: 'T', data: 'D', 'table-end': 'E', sequences: 'S' } as const;
const endLetter = 'Z';
/** COPY gives rows of at most 1 GiB in chunks; ours are cut at 64 KiB by the driver, so a frame is never near this. */
const frameBytesMax = 256 * 1024 * 1024;

/** Parts as frames: a letter, four bytes of length, the payload; at the end the checksum. */
export async function* writeFrames(parts: AsyncIterable<Part>): AsyncGenerator<Buffer> {
  const sum = createHash('sha256');
  for await (const part of parts) {
    const payload = part.kind === 'data' ? Buffer.from(part.bytes) : Buffer.from(JSON.stringify(part.value));
    const bytes = frame(letters[part.kind], payload);
    sum.update(bytes);
    yield bytes;
  }
  yield frame(endLetter, sum.digest());
}

/** The parts of a file's frames. Throws a Refusal `backup.damaged` for anything that is cut, changed or foreign. */
export async function* readFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  const kinds = new Map<string, Part['kind']>(
    Object.entries(letters).map(([kind, letter]) => [letter, kind as Part['kind']]),
  );
  const sum = createHash('sha256');
  let waiting: Buffer = Buffer.alloc(0);
  let ended = false;
  for await (const chunk of chunks) {
    if (ended) throw damaged('something follows its end');
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
    for (;;) {
      const length = waiting.length < 5 ? null : waiting.readUInt32BE(1);
      if (length !== null && length > frameBytesMax) throw damaged('a part is longer than any can be');
      if (length === null || waiting.length < 5 + length) break;
      const letter = String.fromCharCode(waiting[0]!);
      const payload = waiting.subarray(5, 5 + length);
      if (letter === endLetter) {
        if (!sum.digest().equals(payload)) throw damaged('its checksum is wrong');
        ended = true;
      } else {
        const kind = kinds.get(letter);
        if (!kind) throw damaged('it has a part that no backup has');
        sum.update(waiting.subarray(0, 5 + length));
        yield kind === 'data' ? { kind, bytes: payload } : ({ kind, value: parse(payload) } as Part);
      }
      waiting = waiting.subarray(5 + length);
      if (ended && waiting.length > 0) throw damaged('something follows its end');
      if (ended) break;
    }
  }
  if (!ended) throw damaged('it ends too early');
}

const frame = (letter: string, payload: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(letter, 0, 'latin1');
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
};

const parse = (payload: Buffer): unknown => {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw damaged('a part cannot be read');
  }
};

export const damaged = (why: string): Refusal =>
  new Refusal({
    status: 400,
    code: 'backup.damaged',
    title: 'This backup is damaged',
    detail: `${why[0]!.toUpperCase()}${why.slice(1)}. Nothing was changed. Use another backup.`,
  });
