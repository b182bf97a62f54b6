import type { Channel } from './rules.ts';

export interface MethodKept {
  readonly name: string;
  readonly channel: Channel;
  readonly address: string;
  readonly origin: 'hand' | 'file';
  /** Where it stands in its file, from 0. */
  readonly place: number;
  readonly verifiedHow: 'code' | 'file' | null;
}

interface MethodSaid {
  readonly name: string;
  readonly channel: Channel;
  readonly address: string;
}

export interface MethodChanges {
  /** Written as the file's; verified by the admin unless `keepVerified` says that a code did so for the same address before. */
  readonly written: readonly { readonly method: MethodSaid; readonly place: number; readonly keepVerified: boolean }[];
  /** Were in the file before and are no longer. */
  readonly removed: readonly string[];
}

/**
 * What applying a file does to a person's contact methods. Those made by hand stay: a browser's push subscription cannot stand in
 * a file, and a number that somebody added themselves is not the file's to remove. Of one name the file's word holds.
 */
export const methodChanges = (kept: readonly MethodKept[], said: readonly MethodSaid[]): MethodChanges => {
  const written = said.flatMap((method, place) => {
    const before = kept.find((each) => each.name === method.name);
    const same = before !== undefined && before.channel === method.channel && before.address === method.address;
    if (same && before.origin === 'file' && before.verifiedHow !== null && before.place === place) return [];
    return [{ method, place, keepVerified: same && before.verifiedHow !== null }];
  });
  const names = new Set(said.map((each) => each.name));
  const removed = kept.filter((each) => each.origin === 'file' && !names.has(each.name)).map((each) => each.name);
  return { written, removed };
};
