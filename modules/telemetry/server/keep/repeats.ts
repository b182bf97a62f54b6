/** Bodies seen within the last minutes, so that a sender that did not hear the answer can send again without doubling. */
export interface Repeats {
  /** The batch of this hash, when it is known: already safe, or still on its way to the disk. */
  find(hash: string): Promise<void> | null;
  /** Remembers a batch; one that fails to reach the disk is forgotten again. */
  remember(hash: string, atMs: number, safe: Promise<void>): void;
  /** Forgets what is older than the window. */
  forget(nowMs: number): void;
  size(): number;
}

interface Entry {
  readonly atMs: number;
  readonly safe: Promise<void>;
}

export const createRepeats = (limits: { repeatMs: number; repeats: number }): Repeats => {
  // A Map keeps the order of insertion, which is the order of time: the oldest stand first.
  const entries = new Map<string, Entry>();
  return {
    find: (hash) => entries.get(hash)?.safe ?? null,
    remember: (hash, atMs, safe) => {
      const entry = { atMs, safe };
      entries.delete(hash);
      entries.set(hash, entry);
      safe.catch(() => {
        if (entries.get(hash) === entry) entries.delete(hash);
      });
      if (entries.size > limits.repeats) entries.delete(entries.keys().next().value!);
    },
    forget: (nowMs) => {
      for (const [hash, entry] of entries) {
        if (nowMs - entry.atMs < limits.repeatMs) return;
        entries.delete(hash);
      }
    },
    size: () => entries.size,
  };
};

/** Sixteen bytes of the SHA-256 are plenty: two bodies in ten minutes collide with 2^-88 at a million. */
export const bodyKey = (hash: Uint8Array): string =>
  Buffer.from(hash.buffer, hash.byteOffset, Math.min(16, hash.byteLength)).toString('base64');
