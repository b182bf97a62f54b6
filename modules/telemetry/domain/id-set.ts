const startSlots = 1_024;

/** A set of 64-bit ids in flat memory: eight bytes a slot, at most `max` members, half full at most. */
export class IdSet {
  private slots = new Uint32Array(startSlots * 2);
  private readonly max: number;
  size = 0;

  constructor(max: number) {
    this.max = max;
  }

  has(low: number, high: number): boolean {
    const first = low === 0 && high === 0 ? 1 : low;
    const mask = this.slots.length / 2 - 1;
    for (let slot = (first ^ Math.imul(high, 0x9e3779b1)) & mask; ; slot = (slot + 1) & mask) {
      const heldLow = this.slots[slot * 2]!;
      const heldHigh = this.slots[slot * 2 + 1]!;
      if (heldLow === first && heldHigh === high) return true;
      if (heldLow === 0 && heldHigh === 0) return false;
    }
  }

  /** False when the set is full and the id was not in it. */
  add(low: number, high: number): boolean {
    if (this.has(low, high)) return true;
    if (this.size >= this.max) return false;
    if ((this.size + 1) * 4 > this.slots.length) this.grow();
    this.put(low === 0 && high === 0 ? 1 : low, high);
    this.size++;
    return true;
  }

  clear(): void {
    if (this.slots.length > startSlots * 32) this.slots = new Uint32Array(startSlots * 2);
    else if (this.size > 0) this.slots.fill(0);
    this.size = 0;
  }

  private put(low: number, high: number): void {
    const mask = this.slots.length / 2 - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (this.slots[slot * 2] !== 0 || this.slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
    this.slots[slot * 2] = low;
    this.slots[slot * 2 + 1] = high;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(before.length * 2);
    for (let at = 0; at < before.length; at += 2)
      if (before[at] !== 0 || before[at + 1] !== 0) this.put(before[at]!, before[at + 1]!);
  }
}
