/** Where the repeated fields of one message lie in the body; what is beyond the limit is only counted. */
export class OffsetList {
  private readonly places: Float64Array;
  private readonly limit: number;
  count = 0;
  /** How many were beyond the limit. */
  dropped = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.places = new Float64Array(limit * 2);
  }

  clear(): void {
    this.count = 0;
    this.dropped = 0;
  }

  add(from: number, to: number): void {
    if (this.count === this.limit) {
      this.dropped++;
      return;
    }
    this.places[this.count * 2] = from;
    this.places[this.count * 2 + 1] = to;
    this.count++;
  }

  from(index: number): number {
    return this.places[index * 2]!;
  }

  to(index: number): number {
    return this.places[index * 2 + 1]!;
  }
}
