/** Those who wait, each owner's own in a row and the owners in turn: who asks much waits for themself. */
export class Turns<Item> {
  private readonly rows = new Map<string, Item[]>();
  private count = 0;
  private last: string | undefined;

  get size(): number {
    return this.count;
  }

  waitingOf(owner: string): number {
    return this.rows.get(owner)?.length ?? 0;
  }

  add(owner: string, item: Item): void {
    const row = this.rows.get(owner);
    if (row) row.push(item);
    else this.rows.set(owner, [item]);
    this.count += 1;
  }

  /** Whoever's turn it is; then it is the next one's. */
  take(): Item | undefined {
    const owners = this.rows.keys();
    let owner = owners.next().value;
    // Whoever was just served stands behind all others, also when theirs came first.
    if (owner === this.last) owner = owners.next().value ?? owner;
    if (owner === undefined) return undefined;
    const row = this.rows.get(owner)!;
    this.rows.delete(owner);
    this.last = owner;
    const item = row.shift()!;
    if (row.length > 0) this.rows.set(owner, row);
    this.count -= 1;
    return item;
  }
}
