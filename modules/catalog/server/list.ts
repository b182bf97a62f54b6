import type { z } from 'zod';
import { Refusal } from '../../../kernel/problem.ts';
import { decodeCursor, encodeCursor } from '../../../platform/http/paging.ts';
import type { listServices, ServiceSummary } from '../contract.ts';
import { goldenFiguresOf, lastMinutes, type Stretch } from '../domain/figures.ts';
import { compareName, compareTraffic, compareWorst, judgeHealth } from '../domain/health.ts';
import type { Figures, FiguresSource } from './public.ts';
import type { ServiceRow } from './views.ts';

type Query = z.output<typeof listServices.query>;
type Page = { items: ServiceSummary[]; next: string | null; total: number };

const comparisons = { worst: compareWorst, traffic: compareTraffic, name: compareName } as const;

/**
 * One page of the list of services. The order needs everybody's figures, so all rows are judged and one page is cut out.
 * A cursor pins the instant that the figures end at, so that rows do not wander between pages; it then continues behind
 * its row, or at its place where the row is gone.
 */
export const pageOfServices = async (
  rows: readonly ServiceRow[],
  query: Query,
  source: FiguresSource,
  now: Temporal.Instant,
): Promise<Page> => {
  const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
  const stretch = lastMinutes(cursor?.second ?? Math.floor(now.epochMilliseconds / 1_000), query.minutes);
  const figures = await askFigures(source, stretch, query.environment ?? null);
  const items = rows.map((row) => summaryOf(row, stretch, figures)).sort(comparisons[query.sort]);
  const start = cursor === null ? 0 : placeBehind(items, cursor);
  const end = start + query.limit;
  const last = items[end - 1];
  const next =
    last && end < items.length
      ? encodeCursor([cursor?.second ?? Math.floor(now.epochMilliseconds / 1_000), end, last.name, last.environment])
      : null;
  return { items: items.slice(start, end), next, total: items.length };
};

interface Cursor {
  readonly second: number;
  readonly place: number;
  readonly name: string;
  readonly environment: string;
}

const readCursor = (text: string): Cursor => {
  const [second, place, name, environment] = decodeCursor(text, 4);
  if (!isCount(second) || !isCount(place) || typeof name !== 'string' || typeof environment !== 'string') {
    throw new Refusal({
      status: 400,
      code: 'http.bad-cursor',
      title: 'This cursor is not one of ours',
      errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
    });
  }
  return { second, place, name, environment };
};

/** A whole number that a date can be made of. */
const isCount = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 33;

const placeBehind = (items: readonly ServiceSummary[], cursor: Cursor): number => {
  const found = items.findIndex((item) => item.name === cursor.name && item.environment === cursor.environment);
  return found >= 0 ? found + 1 : Math.min(cursor.place, items.length);
};

const askFigures = async (
  source: FiguresSource,
  stretch: Stretch,
  environment: string | null,
): Promise<Map<string, Figures> | null> => {
  const answer = await source({
    from: instantOf(stretch.fromSecond),
    to: instantOf(stretch.toSecond),
    stepSeconds: stretch.stepSeconds,
    environment,
  });
  return answer && new Map(answer.map((each) => [JSON.stringify([each.service, each.environment]), each]));
};

const summaryOf = (row: ServiceRow, stretch: Stretch, all: ReadonlyMap<string, Figures> | null): ServiceSummary => {
  const seen = all?.get(JSON.stringify([row.name, row.environment])) ?? null;
  const figures =
    all === null
      ? null
      : goldenFiguresOf(
          stretch,
          seen && {
            ...seen,
            steps: seen.steps.map((step) => ({ ...step, second: step.at.epochMilliseconds / 1_000 })),
          },
          row.firstSeen === null ? null : Temporal.Instant.from(row.firstSeen).epochMilliseconds / 1_000,
        );
  return { ...row, figures, health: judgeHealth(figures) };
};

const instantOf = (second: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(second * 1_000);
