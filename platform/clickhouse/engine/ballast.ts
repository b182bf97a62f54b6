import { existsSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** DROP PARTITION reserves 1 MiB for the empty part that covers what is dropped. */
const bytes = 8 * 1_048_576;
/** It is made only where this many times its size is free. */
const roomFactor = 8;
const everyMs = 60_000;

/**
 * A file that is thrown overboard when the disk is full to the last byte: ClickHouse then refuses even to drop a
 * partition, so that retention could not make room without a person. Made again when there is room.
 */
export class Ballast {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = join(folder, 'ballast');
  }

  /** Makes it now, and looks every minute whether it can be made again. */
  async keep(): Promise<void> {
    await this.#make();
    setInterval(() => void this.#make(), everyMs).unref();
  }

  /** True when there was something to throw. */
  async release(): Promise<boolean> {
    if (!existsSync(this.#path)) return false;
    await rm(this.#path, { force: true });
    return true;
  }

  async #make(): Promise<void> {
    try {
      const stat = await statfs(this.#folder);
      if (existsSync(this.#path) || stat.bavail * stat.bsize < bytes * roomFactor) return;
      await writeFile(this.#path, Buffer.alloc(bytes, 0xba), { mode: 0o600 });
    } catch {
      // The disk filled up meanwhile: half a ballast is none.
      await rm(this.#path, { force: true });
    }
  }
}
