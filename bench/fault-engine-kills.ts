import { setTimeout as pause } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '../platform/clickhouse/clickhouse.ts';
import { Refusal } from '../kernel/problem.ts';

export type EmbeddedClickHouse = ClickHouse & { enginePid(): number | null };

export interface KillFigures {
  readonly kills: number;
  readonly killsWithInsertsUnderWay: number;
  readonly acknowledged: number;
  /** Batches whose answer was lost and which were asked about before they were sent again. */
  readonly unknown: number;
  readonly lost: number;
  readonly doubledOrPartial: number;
  readonly answeredReads: number;
  /** Milliseconds from each kill to the next answered statement, sorted. */
  readonly restartMs: readonly number[];
  /** Failures that were no `clickhouse.…` refusal: there should be none. */
  readonly untyped: readonly string[];
}

const rowsOfBatch = 2_000;
const inserters = 3;
const readers = 2;
const giveUpMs = 120_000;
const busyWaitMs = 10_000;

/**
 * Kills the engine at random moments while batches are inserted and read, and counts afterwards: every acknowledged batch
 * has to be there whole and once. An inserter whose answer was lost does what the delivery of telemetry does: it waits
 * until the statement is gone, asks whether the batch is there, and sends it again only if it is not.
 */
export const killTheEngine = async (clickhouse: EmbeddedClickHouse, kills: number): Promise<KillFigures> => {
  await clickhouse.command(
    '-- One batch is one atomic part.\nCREATE TABLE batches (batch UInt64, n UInt32) ENGINE = MergeTree ORDER BY (batch, n)',
  );
  const state = {
    stop: false,
    underWay: 0,
    next: 0,
    acknowledged: new Set<number>(),
    unknown: 0,
    reads: 0,
    untyped: [] as string[],
    lastFailure: '',
  };
  const working = [
    ...Array.from({ length: inserters }, () => insertUntilStopped(clickhouse, state)),
    ...Array.from({ length: readers }, () => readUntilStopped(clickhouse, state)),
  ];
  const restartMs: number[] = [];
  let killsWithInsertsUnderWay = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    await pauseUntilBusy(state, kill % 2 === 0 ? 3 : 0);
    if (state.underWay > 0) killsWithInsertsUnderWay += 1;
    const killedAt = performance.now();
    process.kill(clickhouse.enginePid()!, 'SIGKILL');
    await untilAnswered(clickhouse);
    restartMs.push(performance.now() - killedAt);
  }
  state.stop = true;
  await Promise.all(working);
  return {
    kills,
    killsWithInsertsUnderWay,
    acknowledged: state.acknowledged.size,
    unknown: state.unknown,
    ...(await compare(clickhouse, state.acknowledged)),
    answeredReads: state.reads,
    restartMs: restartMs.sort((a, b) => a - b),
    untyped: state.untyped,
  };
};

interface State {
  stop: boolean;
  underWay: number;
  next: number;
  readonly acknowledged: Set<number>;
  unknown: number;
  reads: number;
  readonly untyped: string[];
  lastFailure: string;
}

const insertUntilStopped = async (clickhouse: ClickHouse, state: State): Promise<void> => {
  while (!state.stop) {
    const batch = state.next++;
    const queryId = randomUUID();
    const done = await send(clickhouse, state, batch, queryId).then(
      () => true,
      (error: unknown) => (note(state, error), false),
    );
    if (!done) {
      state.unknown += 1;
      await settle(clickhouse, state, batch, queryId);
    }
    state.acknowledged.add(batch);
  }
};

/** After a lost answer: until the batch is known to be there. */
const settle = async (clickhouse: ClickHouse, state: State, batch: number, lastQueryId: string): Promise<void> => {
  let queryId = lastQueryId;
  for (const until = performance.now() + giveUpMs; performance.now() < until;) {
    try {
      await untilAnswered(clickhouse);
      if (await clickhouse.running(queryId)) await clickhouse.kill(queryId);
      const [row] = await clickhouse.query<{ rows: string }>(
        '-- Is the batch there?\nSELECT count() AS rows FROM batches WHERE batch = {batch:UInt64}',
        { params: { batch } },
      );
      if (row!.rows !== '0') return;
      queryId = randomUUID();
      await send(clickhouse, state, batch, queryId);
      return;
    } catch (error) {
      note(state, error);
    }
  }
  throw new Error(`Batch ${batch} could not be brought in within ${giveUpMs / 1000} s: ${state.lastFailure}`);
};

const send = async (clickhouse: ClickHouse, state: State, batch: number, queryId: string): Promise<void> => {
  state.underWay += 1;
  try {
    await clickhouse.insert({
      sql: "INSERT INTO batches SELECT batch, n FROM input('batch UInt64, n UInt32')",
      format: 'RowBinary',
      body: bodyOf(batch),
      queryId,
    });
  } finally {
    state.underWay -= 1;
  }
};

/** A random moment with an insert under way, after `acknowledgements` more answers (bounded, for a machine that is slow). */
const pauseUntilBusy = async (state: State, acknowledgements: number): Promise<void> => {
  const [until, enough] = [performance.now() + busyWaitMs, state.acknowledged.size + acknowledgements];
  await pause(50 + Math.random() * 500);
  while (performance.now() < until && (state.underWay === 0 || state.acknowledged.size < enough)) await pause(1);
  await pause(Math.random() * 5);
};

const bodyOf = (batch: number): Buffer => {
  const body = Buffer.alloc(rowsOfBatch * 12);
  for (let row = 0; row < rowsOfBatch; row += 1) {
    body.writeBigUInt64LE(BigInt(batch), row * 12);
    body.writeUInt32LE(row, row * 12 + 8);
  }
  return body;
};

const readUntilStopped = async (clickhouse: ClickHouse, state: State): Promise<void> => {
  while (!state.stop) {
    try {
      await clickhouse.query(
        '-- Some work for the reader.\nSELECT batch, count() AS rows FROM batches GROUP BY batch ORDER BY rows LIMIT 5',
      );
      state.reads += 1;
    } catch (error) {
      note(state, error);
      await pause(20);
    }
  }
};

const note = (state: State, error: unknown): void => {
  state.lastFailure = String(error);
  if (!(error instanceof Refusal && error.problem.code.startsWith('clickhouse.'))) state.untyped.push(String(error));
};

const untilAnswered = async (clickhouse: ClickHouse): Promise<void> => {
  for (const until = performance.now() + giveUpMs; performance.now() < until; await pause(5)) {
    const answered = await clickhouse.check().then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  throw new Error(`The engine did not come back within ${giveUpMs / 1000} s.`);
};

const compare = async (
  clickhouse: ClickHouse,
  acknowledged: ReadonlySet<number>,
): Promise<{ lost: number; doubledOrPartial: number }> => {
  const rows = await clickhouse.query<{ batch: string; rows: string; distinct: string }>(
    '-- Every batch with its rows.\nSELECT batch, count() AS rows, uniqExact(n) AS distinct FROM batches GROUP BY batch',
  );
  const found = new Map(rows.map((row) => [Number(row.batch), row]));
  const lost = [...acknowledged].filter((batch) => !found.has(batch)).length;
  const doubledOrPartial = rows.filter(
    (row) => Number(row.rows) !== rowsOfBatch || Number(row.distinct) !== rowsOfBatch,
  ).length;
  return { lost, doubledOrPartial };
};
