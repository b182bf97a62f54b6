/** What a column sorts by; null is no value and stands last in both directions. */
export type SortKey = string | number | null;

export interface Sort {
  readonly column: string;
  readonly down: boolean;
}

/** A sorted copy; equal rows keep their order. */
export const sortRows = <Row>(rows: readonly Row[], key: (row: Row) => SortKey, down: boolean): readonly Row[] =>
  rows.toSorted((a, b) => {
    const left = key(a);
    const right = key(b);
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    const order =
      typeof left === 'string' || typeof right === 'string'
        ? String(left).localeCompare(String(right), 'en', { numeric: true })
        : left - right;
    return down ? -order : order;
  });
