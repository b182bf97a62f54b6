import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { Failure } from './failure.ts';
import { noSpace } from './reserve.ts';

/** Bodies of inserts on their way into the engine: one file each, removed when the statement has ended. */
export class Spool {
  readonly folder: string;
  #count = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the folder and removes what an engine that was killed left in it. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) await rm(join(this.folder, name), { force: true });
  }

  /** Writes a body to a file. `sync` also waits until it is on the disk. Throws 413 past `bytesMax`. */
  async write(
    body: Readable,
    options: { readonly bytesMax: number; readonly sync: boolean; readonly decoders: readonly Transform[] },
  ): Promise<string> {
    const path = join(this.folder, `${process.pid}-${(this.#count += 1)}`);
    try {
      await pipeline([body, ...options.decoders, atMost(options.bytesMax), createWriteStream(path, { mode: 0o600 })]);
      if (options.sync) await syncFile(path);
      return path;
    } catch (error) {
      await this.remove(path);
      throw writeFailure(error);
    }
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
  }
}

const syncFile = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
};

const writeFailure = (error: unknown): unknown => {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace('No space is left for the body of the request');
  if (code?.startsWith('Z_') || code?.startsWith('ERR__ERROR_'))
    return new Failure(400, 354, 'ZLIB_INFLATE_FAILED', 'The body is not what its Content-Encoding says');
  return error;
};

/** Lets so many bytes through, then fails with 413. */
export const atMost = (bytesMax: number): Transform => {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytesMax) done(new Failure(413, 307, 'TOO_MANY_BYTES', `The body is larger than ${bytesMax} bytes`));
      else done(null, chunk);
    },
  });
};
