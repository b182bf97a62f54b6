import { setTimeout as pause } from 'node:timers/promises';
import type { PagingReceivers } from './fault-paging-receivers.ts';
import type { PagingTraffic } from './fault-paging-traffic.ts';
import { connectState } from './fault-objectives-product.ts';
import { processesOf } from './fault-victims.ts';
import { commandOf, processTree } from './process-tree.ts';
import { startProduct, type Product } from './product.ts';

/** Whom each kill strikes, in turn; Leadline is its supervisor with server and auditor, which is started again by hand. */
const victims = [
  'postgres',
  'server',
  'postgres',
  'leadline',
  'postgres',
  'server',
  'auditor',
  'postgres',
  'leadline',
  'postgres',
] as const;
type Victim = (typeof victims)[number];

/** What was seen of the kills. */
export interface Kills {
  readonly by: Record<string, number>;
  /** Kills with a provider's call under way at the receivers. */
  inFlight: number;
  /** How many kills struck while there was any of each. */
  readonly struck: Record<string, number>;
  /** From each kill to the first send of a page that was raised after it. */
  readonly againMs: number[];
}

const startsAgainMs = 90_000;

/** Kills the product's processes in turn at random moments; gives back what runs at the end. */
export const killInTurn = async (
  kills: number,
  run: {
    product: Product;
    readonly again: {
      readonly data: string;
      readonly ports: [number, number, number];
      readonly environment: Record<string, string>;
    };
    readonly receivers: PagingReceivers;
    readonly traffic: PagingTraffic;
    readonly until: number;
  },
): Promise<Kills> => {
  const done: Kills = { by: {}, inFlight: 0, struck: {}, againMs: [] };
  for (let count = 0; count < kills && performance.now() < run.until; count += 1) {
    await pause(Math.random() * 1_200);
    const victim = victims[count % victims.length]!;
    // Four of five wait for a send that is under way and strike at a random moment of it; the fifth strikes whenever.
    if (count % 5 !== 4) await untilInFlight(run.receivers);
    const struck = await strike(run.product, victim, run.receivers, count % 5 !== 4);
    for (const place of struck.places) done.struck[place] = (done.struck[place] ?? 0) + 1;
    if (struck.open > 0) done.inFlight += 1;
    done.by[victim] = (done.by[victim] ?? 0) + 1;
    if (victim === 'leadline') run.product = await startProduct(run.again);
    done.againMs.push(await run.traffic.nextTold(startsAgainMs));
  }
  return done;
};

const untilInFlight = async (receivers: PagingReceivers): Promise<void> => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (receivers.open() > 0) {
      await pause(Math.random() * 150);
      if (receivers.open() > 0) return;
    }
    await pause(5);
  }
};

/** Looks where everything stands, kills, and says what there was. */
const strike = async (
  product: Product,
  victim: Victim,
  receivers: PagingReceivers,
  wantsFlight: boolean,
): Promise<{ places: string[]; open: number }> => {
  const pids = pidsOf(product, victim);
  const stands = await standing(product);
  if (wantsFlight) for (let tries = 0; tries < 200 && receivers.open() === 0; tries += 1) await pause(2);
  const open = receivers.open();
  for (const pid of pids) killQuietly(pid);
  const places = [
    ...(open > 0 ? ['a receiver has the call and has not answered'] : []),
    ...(receivers.sinceAnswerMs() < 30 ? ['a receiver answered in the last 30 ms'] : []),
    ...stands,
  ];
  return { places: places.length === 0 ? ['at rest'] : places, open };
};

const pidsOf = (product: Product, victim: Victim): number[] => {
  if (victim === 'postgres') return processesOf(product, 'postgres');
  if (victim === 'server') return processesOf(product, 'server');
  const auditor = processTree(product.pid).filter((pid) => commandOf(pid) === 'server/auditor.ts');
  return victim === 'auditor' ? auditor : [product.pid, ...processesOf(product, 'server'), ...auditor];
};

/** Where pages stand in the database right before the kill; nothing where it does not answer. */
const standing = async (product: Product): Promise<string[]> => {
  const client = await connectState(product);
  if (!client) return ['PostgreSQL is away'];
  try {
    const { rows } = await client.query<Record<string, boolean>>(
      `SELECT EXISTS (SELECT 1 FROM oncall.step WHERE state = 'waiting' AND holder IS NOT NULL) AS "a step is being decided",
        EXISTS (SELECT 1 FROM oncall.step WHERE state = 'waiting' AND due_at > ground.now()) AS "a page waits for its next step",
        EXISTS (SELECT 1 FROM oncall.notification WHERE state = 'owed' AND owed_at <= ground.now()) AS "owed, not handed over yet",
        EXISTS (SELECT 1 FROM delivery.message WHERE state = 'waiting' AND holder IS NULL) AS "handed over, nobody took it yet",
        EXISTS (SELECT 1 FROM delivery.message WHERE state = 'waiting' AND holder IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM delivery.attempt WHERE attempt.message = message.id)) AS "taken by a sender, no call begun",
        EXISTS (SELECT 1 FROM delivery.message JOIN delivery.attempt ON attempt.message = message.id
          WHERE message.state = 'waiting' AND attempt.result IS NULL) AS "a call begun, its answer not written"`,
    );
    return Object.entries(rows[0]!).flatMap(([place, there]) => (there ? [place] : []));
  } catch {
    return ['PostgreSQL is away'];
  } finally {
    await client.end().catch(() => undefined);
  }
};

export const killQuietly = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Ended already.
  }
};
