import type { CoverRequest } from '../../contract/cover-requests.ts';
import type { Stretch } from '../../domain/schedule/shift.ts';
import { united, without } from '../../domain/schedule/stretches.ts';
import type { RequestRow } from './cover-store.ts';

/** What nobody took yet, from `now` on. */
export const openOf = (row: RequestRow, now: number): Stretch[] => {
  const whole = { from: Math.max(row.starts_at.getTime(), now), to: row.ends_at.getTime() };
  return row.ended_at !== null || whole.from >= whole.to ? [] : without(whole, united(row.parts));
};

export const coverShape = (row: RequestRow, now: number): CoverRequest => {
  const open = openOf(row, now);
  const left = without({ from: row.starts_at.getTime(), to: row.ends_at.getTime() }, united(row.parts));
  return {
    id: row.id,
    schedule: row.schedule_name,
    person: row.person,
    from: row.starts_at.toISOString(),
    to: row.ends_at.toISOString(),
    asked: row.asked,
    inReturn:
      row.return_starts_at === null || row.return_ends_at === null
        ? null
        : { from: row.return_starts_at.toISOString(), to: row.return_ends_at.toISOString() },
    note: row.note,
    state: row.ended_at !== null ? 'withdrawn' : left.length === 0 ? 'taken' : open.length > 0 ? 'open' : 'over',
    parts: row.parts.map(({ person, takenBy, ...part }) => ({ ...textsOf(part), person, takenBy })),
    open: open.map(textsOf),
    madeBy: row.made_by,
  };
};

const textsOf = ({ from, to }: Stretch) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
