import { setTimeout as pause } from 'node:timers/promises';
import { startLoop } from '../../../../platform/postgres/loop.ts';
import { resolveAlerts, dueChannel } from '../intake/store.ts';
import type { AlertTables } from '../intake/tables.ts';
import type { EngineGround } from './engine-ground.ts';
import type { InForce, PolicyInForce } from './in-force.ts';
import { judgeBatch, judgeMax } from './judge-batch.ts';
import { postponeFirst, takeEnded, untilDueMs, untilEndMs, untilHeldMs, wakeHeld } from './judge-store.ts';
import { measures } from './measures.ts';
import { isOwnFault } from './own-fault.ts';
import { rememberOwners, type Owners } from './owners.ts';
import { reconsider } from './reconsider.ts';
import { tellNext, type TellRound } from './tell.ts';

/** A wake-up that got lost, and a clock that was moved, cost no more than this. */
const beatMs = 1_000;
/** What is due and just held by another process is looked at again after so long. */
const restMsMin = 20;
const endedMax = 5_000;
/** The pass over all open alerts takes at most this share of the time (one in so many); nothing ends later by more than `sweepMsMax`. */
const sweepShare = 20;
const sweepMsMax = 5_000;
/** While alerts stream in, a batch is gathered for so long after the last one; what comes after a pause waits for nothing. */
const gatherMs = 25;
/** Groups that one loop tells before it looks whether something waits to be judged. */
const toldMax = 50;
/** How long a group waits for its alerts to be judged anew (milliseconds, but in a storm), and when it is looked at again. */
const waitingMsMax = 2_000;
const waitingAgainMs = 100;
const waitingLostMs = 1_000;

/**
 * The engine of one process: judges what is new, ends what ran out, and tells groups that are due; on connections of its own. Several
 * processes share the work by locks; nothing that it knows is only here.
 */
export const startEngine = async (
  ground: EngineGround,
  inForce: InForce,
): Promise<{ wake(): void; stop(): Promise<void> }> => {
  const measure = measures(ground);
  const owners = rememberOwners(ground.catalog, () => performance.now());
  const db = ground.postgres.tables<AlertTables>();
  const onError = (error: Error): void =>
    ground.log.error({ err: error }, 'alerts could not be judged or told; trying again');
  const tellers: { wake(): void }[] = [];
  const sweep = sweeper(ground);
  const judging = careful(ground, owners);
  let gatheredAt = -Infinity;
  const judge = startLoop({
    everyMs: beatMs,
    round: async () => {
      if (gatheredAt > performance.now()) await pause(gatheredAt - performance.now());
      const policy = await inForce();
      await reconsider(ground, policy);
      const heldMs = (await untilHeldMs(db)) ?? beatMs;
      if (heldMs <= 0) await wakeHeld(db, judgeMax);
      const ended = await sweep();
      const begun = performance.now();
      const judged = await judging(policy);
      if (judged > 0) {
        measure.judged.inc(judged);
        measure.judging.observe((performance.now() - begun) / 1_000);
        for (const teller of tellers) teller.wake();
      }
      gatheredAt = judged > 0 && judged < judgeMax ? performance.now() + gatherMs : -Infinity;
      if (judged > 0 || ended.count === endedMax) return 'more';
      return Math.max(restMsMin, Math.min(beatMs, ended.nextMs, heldMs));
    },
    onError,
  });
  let hurriedMs = -Infinity;
  /** A judge that fails is not kept from its pauses. */
  const hurry = (): void => {
    if (performance.now() - hurriedMs < waitingAgainMs) return;
    hurriedMs = performance.now();
    judge.wake();
  };
  const teller = (from: 'oldest' | 'newest') => {
    const tellDue = telling(ground, inForce, from);
    return startLoop({
      everyMs: beatMs,
      round: async () => {
        const ms = await untilDueMs(db);
        if (ms === null || ms > 0) return ms === null ? 'rest' : Math.max(ms, restMsMin);
        const { told, waiting } = await tellDue();
        measure.told.inc(told);
        if (waiting > 0) hurry();
        // What is due and not to be had is just being told by another, or judged anew.
        return told > 0 ? 'more' : restMsMin;
      },
      onError,
    });
  };
  const loops = [teller('oldest'), teller('newest')];
  tellers.push(...loops);
  // What came in is judged first: only what was judged here makes a group due, and whoever judged it tells it.
  const listening = await ground.postgres.listen(dueChannel, () => judge.wake());
  return {
    wake: () => {
      judge.wake();
      for (const loop of loops) loop.wake();
    },
    stop: async () => {
      await listening.stop();
      await Promise.all([judge, ...loops].map((loop) => loop.stop()));
    },
  };
};

/**
 * Tells what is due by what is in force. A group whose alerts have to be judged by that first waits, but not for ever: rather is
 * somebody told who need not be than nobody.
 */
const telling = (
  ground: EngineGround,
  inForce: InForce,
  from: TellRound['from'],
): (() => Promise<{ told: number; waiting: number }>) => {
  const known = new Map<string, { readonly sinceMs: number; readonly againMs: number }>();
  return async () => {
    const nowMs = performance.now();
    // What was not found waiting when it was looked at again is told, or another tells it.
    for (const [id, { againMs }] of known) if (againMs < nowMs - waitingLostMs) known.delete(id);
    const passed = new Set([...known].filter(([, { againMs }]) => againMs > nowMs).map(([id]) => id));
    const waits = (id: string): boolean => nowMs - (known.get(id)?.sinceMs ?? nowMs) < waitingMsMax;
    const round: TellRound = { from, policy: await inForce(), key: null, passed, waits };
    let [told, waiting] = [0, 0];
    for (let looked = 1; looked > 0 && told + waiting < toldMax;) {
      const did = await tellNext(ground, round);
      looked = did.looked;
      told += did.looked - did.waiting.length;
      waiting += did.waiting.length;
      for (const id of did.waiting) {
        known.set(id, { sinceMs: known.get(id)?.sinceMs ?? nowMs, againMs: performance.now() + waitingAgainMs });
        passed.add(id);
      }
    }
    return { told, waiting };
  };
};

const postponeSeconds = 60;
/** While a storm waits, what is no storm is looked for so often. */
const othersEveryMs = 200;

/**
 * Judges in batches, and one by one after a failure until that one is found: it is tried again in a minute, and keeps none of the
 * others from being judged. While more waits than a batch holds, what is no storm is judged between: what somebody else sends does not
 * wait behind it.
 */
const careful = (ground: EngineGround, owners: Owners): ((policy: PolicyInForce) => Promise<number>) => {
  let limit = judgeMax;
  let behind = false;
  let lookedAt = -Infinity;
  return async (policy) => {
    try {
      let others = 0;
      if (behind && performance.now() - lookedAt > othersEveryMs) {
        others = await judgeBatch(ground, policy, owners, { lane: 'few' });
        lookedAt = performance.now();
      }
      const judged = await judgeBatch(ground, policy, owners, { limit });
      behind = judged === judgeMax;
      limit = Math.min(judgeMax, limit * 2);
      return others + judged;
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      behind = false;
      if (limit > 1) {
        limit = 1;
        return 1;
      }
      const alert = await postponeFirst(ground.postgres.tables<AlertTables>(), postponeSeconds);
      ground.log.error({ err: error, alert }, 'an alert could not be judged; it is tried again in a minute');
      return 1;
    }
  };
};

/**
 * Ends what its sender told no more until its end. That is one pass over the small rows of all open alerts, so it is made when the
 * next of them ends, and at least once a beat, however often the engine is woken between.
 */
const sweeper = (ground: EngineGround): (() => Promise<{ count: number; nextMs: number }>) => {
  const db = ground.postgres.tables<AlertTables>();
  let next = -Infinity;
  return async () => {
    if (performance.now() < next) return { count: 0, nextMs: next - performance.now() };
    const begun = performance.now();
    const untilMs = (await untilEndMs(db)) ?? beatMs;
    const count = untilMs <= 0 ? await endThoseOver(ground) : 0;
    const tookMs = performance.now() - begun;
    const restMs = Math.max(restMsMin, Math.min(beatMs, untilMs), Math.min(sweepMsMax, tookMs * sweepShare));
    const nextMs = count === endedMax ? 0 : restMs;
    next = performance.now() + nextMs;
    return { count, nextMs };
  };
};

const endThoseOver = (ground: EngineGround): Promise<number> =>
  ground.postgres.transaction<AlertTables, number>(async (tx) => {
    const ids = await takeEnded(tx, endedMax);
    const reason = 'Its sender told of it no more before the end that it had named: it is over.';
    await resolveAlerts(
      tx,
      ids.map((id) => ({ id, by: 'its end', reason, at: null })),
      'by-sender',
    );
    return ids.length;
  });
