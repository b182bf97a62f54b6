import type { z } from 'zod';
import type { getTelemetryStatus } from '../contract.ts';
import type { KeepStatus, QuarantineEntry } from './keep/keep.ts';
import type { Reads } from './signals/reads.ts';

type Answer = z.input<typeof getTelemetryStatus.answer>;

/** What the receiving side of this process tells; null where it does not receive. */
export interface StatusSource {
  keep(): KeepStatus | null;
  quarantine(): readonly QuarantineEntry[];
  notices(): Answer['notices'];
  endpoints(): Answer['endpoints'];
}

const shownMax = 200;

/** How the receiving of telemetry goes; answers also while the engine is away. */
export const telemetryStatus = (reads: Reads, source: StatusSource): Answer => {
  const keep = source.keep();
  return {
    engine: reads.engine.status(),
    waiting: keep && {
      segments: keep.segmentsWaiting,
      bytes: keep.queueBytes,
      bytesMax: keep.queueBytesMax,
      oldestSeconds: keep.oldestUndeliveredMs / 1_000,
    },
    refusing: keep?.refusing ?? null,
    deliveryProblem: keep?.deliveryProblem ?? null,
    notices: source.notices().slice(0, shownMax),
    quarantine: source
      .quarantine()
      .slice(0, shownMax)
      .map(({ atMs, ...entry }) => ({ ...entry, at: new Date(atMs).toISOString() })),
    endpoints: source.endpoints(),
  };
};
