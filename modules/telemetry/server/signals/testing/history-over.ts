import type { ClickHouse } from '../../../../../platform/clickhouse/clickhouse.ts';
import type { Clock } from '../../../../../platform/clock/clock.ts';
import type { TelemetryDoor } from '../../public.ts';
import { createCallHistory } from '../call-history.ts';
import { createEngine } from '../engine.ts';
import { createMeasures } from '../measures.ts';
import type { Reads } from '../reads.ts';
import { createRequestHistory } from '../request-history.ts';

/** Telemetry's history over an engine, as the floors above get it through the door, without the rest of the module. */
export const historyOver = (clickhouse: ClickHouse, clock: Clock, spansDays = 8): TelemetryDoor['history'] => {
  const reads = {
    engine: createEngine(clickhouse),
    clock,
    config: { values: { spansDays } },
    knowsService: async () => true,
  } as unknown as Reads;
  return { ...createRequestHistory(reads), ...createCallHistory(reads) };
};

/** Telemetry's measures over an engine, as the floors above get them through the door. */
export const measuresOver = (clickhouse: ClickHouse, clock: Clock, spansDays = 8): TelemetryDoor['measures'] =>
  createMeasures({
    engine: createEngine(clickhouse),
    clock,
    config: { values: { spansDays } },
    knowsService: async () => true,
  } as unknown as Reads);
