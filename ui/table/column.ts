import type { SortKey } from './sort-rows.ts';

/** One column of a DataTable. */
export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly align?: 'start' | 'end';
  /** CSS width: `8rem`, `40%`; columns without one share what is left. */
  readonly width?: string;
  /** Left out on screens narrower than this. */
  readonly hideBelow?: 'sm' | 'md' | 'lg' | 'xl';
  /** Makes the column sortable. */
  readonly sortBy?: (row: Row) => SortKey;
  /** The first click sorts from large to small. */
  readonly downFirst?: boolean;
}
