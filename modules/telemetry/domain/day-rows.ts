import { otlpLimits } from './otlp-limits.ts';
import { RowWriter } from './row-writer.ts';

/** The raw tables, as in the migration `202611220100-raw.ch.sql`. */
export type RawTable =
  | 'telemetry_spans'
  | 'telemetry_logs'
  | 'telemetry_samples'
  | 'telemetry_distributions'
  | 'telemetry_exemplars'
  | 'telemetry_series'
  | 'telemetry_origins';

/** Rows of one table and one day, ready to be kept. */
export interface DecodedRows {
  readonly table: RawTable;
  /** UTC day, `YYYY-MM-DD`. */
  readonly day: string;
  /** RowBinary, columns in the order of the migration, without `segment`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly count: number;
  /** Starts (epoch seconds) of the ten-second stretches in which spans ended or points lie; empty for other tables. */
  readonly tenSeconds: number[];
}

/** The rows of one table and one day while they are written. */
export interface DayRows {
  readonly epochDay: number;
  readonly out: RowWriter;
  count: number;
  readonly tenSeconds: Set<number>;
  lastTen: number;
}

const secondsPerDay = 86_400;
const largestKeptBuffer = 4 * 1024 * 1024;
const writersKept = 6;

/** Sorts the rows of a request by table and day. Buffers are used again for the next request. */
export class RowSorter {
  private readonly days = new Map<string, DayRows>();
  private readonly touched = new Set<number>();
  private free: RowWriter[] = [];

  /** Null when the request touches more days than one request may. */
  rows(table: RawTable, epochDay: number): DayRows | null {
    const key = `${table} ${epochDay}`;
    const known = this.days.get(key);
    if (known !== undefined) return known;
    if (!this.touched.has(epochDay) && this.touched.size >= otlpLimits.daysPerRequest) return null;
    this.touched.add(epochDay);
    const made: DayRows = {
      epochDay,
      out: this.free.pop() ?? new RowWriter(),
      count: 0,
      tenSeconds: new Set(),
      lastTen: -1,
    };
    this.days.set(key, made);
    return made;
  }

  /** Hands out all rows and becomes empty. */
  take(): DecodedRows[] {
    const taken: DecodedRows[] = [];
    for (const [key, rows] of this.days) {
      if (rows.count > 0) {
        taken.push({
          table: key.slice(0, key.indexOf(' ')) as RawTable,
          day: dayText(rows.epochDay),
          bytes: rows.out.take(),
          count: rows.count,
          tenSeconds: [...rows.tenSeconds],
        });
      }
    }
    this.clear();
    return taken;
  }

  clear(): void {
    for (const { out } of this.days.values()) {
      out.length = 0;
      if (out.bytes.length <= largestKeptBuffer && this.free.length < writersKept) this.free.push(out);
    }
    this.days.clear();
    this.touched.clear();
  }
}

/** Notes that something happened in this second. */
export const touchSecond = (rows: DayRows, second: number): void => {
  const ten = second - (second % 10);
  if (ten === rows.lastTen) return;
  rows.lastTen = ten;
  rows.tenSeconds.add(ten);
};

export const epochDayOf = (epochSeconds: number): number => Math.floor(epochSeconds / secondsPerDay);

const dayText = (epochDay: number): string =>
  Temporal.Instant.fromEpochMilliseconds(epochDay * secondsPerDay * 1_000)
    .toString()
    .slice(0, 10);
