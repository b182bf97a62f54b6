import type { ReadOptions } from '../evaluate/signals.ts';

/** Somebody waits for it. */
export const readOptions: ReadOptions = { lane: 'interactive', timeoutMs: 10_000 };
