import { combine, type Hash64 } from './hash64.ts';
import { IdSet } from './id-set.ts';

/** What is counted: how many different members one group may have within two days. */
export const cardinalityDimensions = ['service', 'version', 'operation', 'neighbour', 'series', 'value'] as const;
export type CardinalityDimension = (typeof cardinalityDimensions)[number];

export type CardinalityLimits = Readonly<Record<CardinalityDimension, number>> & {
  /** Members of all groups together, a day; 8 to 16 bytes each. */
  readonly members: number;
  /** Groups (service, service and metric, …) a day. */
  readonly groups: number;
};

export const cardinalityLimits: CardinalityLimits = {
  service: 2_000,
  version: 200,
  operation: 1_000,
  neighbour: 500,
  series: 10_000,
  value: 2_000,
  members: 524_288,
  groups: 65_536,
};

/** What a folded name becomes. */
export const foldedName = '_other';

interface Generation {
  readonly members: IdSet;
  /** Members of a group; keyed by 53 bits of the group's hash. */
  readonly counts: Map<number, number>;
}

/** One member that was let in, for the guards of other decoding threads: dimension, group and member. */
const wordsPerAdmission = 5;
const admissionsRemembered = 8_192;

/**
 * Decides which names are kept as they are and which are folded into `_other`, so that a label with a million values
 * costs a bounded amount of memory here and of rows in the rollups. The first names to come are kept; a name is
 * forgotten after a whole UTC day without it, so that yesterday's names do not use up the limit for ever.
 * Time is handed in (`rotate`); memory is at most two generations of `limits.members`.
 */
export class CardinalityGuard {
  private readonly limits: CardinalityLimits;
  private current: Generation;
  private previous: Generation;
  private day = 0;
  private readonly key: Hash64 = { low: 0, high: 0 };
  private group = 0;
  private admissions: number[] = [];

  constructor(limits: CardinalityLimits = cardinalityLimits) {
    this.limits = limits;
    this.current = this.generation();
    this.previous = this.generation();
  }

  /** Begins another day; true when it did, and then everything that was remembered of verdicts is to be forgotten. */
  rotate(epochDay: number): boolean {
    if (epochDay === this.day) return false;
    this.previous = epochDay === this.day + 1 ? this.current : this.generation();
    this.current = this.generation();
    this.day = epochDay;
    return true;
  }

  /** True when the member keeps its name, false when it is folded. */
  admit(dimension: CardinalityDimension, group: Hash64, member: Hash64): boolean {
    const index = cardinalityDimensions.indexOf(dimension);
    this.locate(index, group.low, group.high, member.low, member.high);
    const { low, high } = this.key;
    if (this.current.members.has(low, high)) return true;
    const count = this.current.counts.get(this.group);
    const remembered = this.previous.members.has(low, high);
    if (!remembered && (count ?? 0) >= this.limits[dimension]) return false;
    if (count === undefined && this.current.counts.size >= this.limits.groups) return false;
    if (!this.current.members.add(low, high)) return false;
    this.current.counts.set(this.group, (count ?? 0) + 1);
    if (this.admissions.length < admissionsRemembered * wordsPerAdmission)
      this.admissions.push(index, group.low, group.high, member.low, member.high);
    return true;
  }

  /** What was let in since the last call. */
  takeAdmissions(): Uint32Array<ArrayBuffer> {
    const taken = Uint32Array.from(this.admissions);
    this.admissions = [];
    return taken;
  }

  /** Lets in what another thread let in, so that all agree; the bound on all members together still holds. */
  learn(admissions: Uint32Array): void {
    for (let at = 0; at < admissions.length; at += wordsPerAdmission) {
      this.locate(admissions[at]!, admissions[at + 1]!, admissions[at + 2]!, admissions[at + 3]!, admissions[at + 4]!);
      if (this.current.members.has(this.key.low, this.key.high)) continue;
      const count = this.current.counts.get(this.group);
      if (count === undefined && this.current.counts.size >= this.limits.groups) continue;
      if (this.current.members.add(this.key.low, this.key.high)) this.current.counts.set(this.group, (count ?? 0) + 1);
    }
  }

  private locate(dimension: number, groupLow: number, groupHigh: number, memberLow: number, memberHigh: number): void {
    this.key.low = groupLow;
    this.key.high = groupHigh;
    combine(this.key, dimension + 1, 0x51ed270b);
    this.group = this.key.high * 2_097_152 + (this.key.low >>> 11);
    combine(this.key, memberLow, memberHigh);
  }

  private generation(): Generation {
    return { members: new IdSet(this.limits.members), counts: new Map() };
  }
}
