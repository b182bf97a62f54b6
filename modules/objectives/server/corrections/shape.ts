import type { Correction } from '../../contract/corrections.ts';
import { nextTimes } from '../../domain/correction-times.ts';
import { recurringOfRow } from './excluded.ts';
import type { CorrectionRow } from './store.ts';

const nextShown = 10;

/** A correction as the contract tells it. Times to come only of those that may still apply. */
export const correctionShape = (row: CorrectionRow, now: Temporal.Instant, trafficCounted = false): Correction => {
  const live = row.state === 'proposed' || row.state === 'in-force';
  const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  return {
    id: row.id,
    name: row.name,
    objectives: row.objectives,
    service: row.service,
    from: row.first_from.toISOString(),
    to: row.first_to.toISOString(),
    rrule: row.rrule,
    zone: row.zone,
    traffic: row.traffic && { ...row.traffic, attributes: [...row.traffic.attributes] },
    kind: row.kind as Correction['kind'],
    reason: row.reason,
    state: row.state,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
    decisionReason: row.decision_reason,
    inForceSince: row.in_force_since?.toISOString() ?? null,
    retroactive: row.first_from < (row.in_force_since ?? row.created_at),
    trafficCounted: row.traffic === null ? null : trafficCounted,
    next: live
      ? nextTimes(recurringOfRow(row), now.epochMilliseconds / 1_000, nextShown).map(({ from, to }) => ({
          from: iso(from),
          to: iso(to),
        }))
      : [],
  };
};
