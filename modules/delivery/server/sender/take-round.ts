import { setTimeout as wait } from 'node:timers/promises';
import type { Ground } from '../../../../platform/module/ground.ts';
import { providerOfLane } from '../../domain/lane.ts';
import type { ActiveProvider, ActiveProviders } from '../providers/active.ts';
import { dueLanesOf, takeDue, takeLimited, untilNextMs, type TakenMessage } from '../store/sending.ts';
import type { DeliveryTables } from '../store/tables.ts';
import type { Held } from './held.ts';
import type { Pauses } from './pauses.ts';

/** Rounds are at least so far apart: under load each then takes many, and an idle one begins at once. */
const roundGapMs = 25;
/** After a round that took something the next look is soon, whether or not anybody wakes. */
const busyMs = 100;

export interface RoundOptions {
  readonly holder: string;
  readonly leaseSeconds: number;
  /** Calls at once in a lane whose provider says nothing. */
  readonly places: number;
  /** Leases at once in this process. */
  readonly heldMax: number;
  readonly restMs: number;
}

export interface Rounds {
  /** Takes what is due and has a place; gives back how long it may rest. */
  round(): Promise<number>;
  /** True when the lane had more due than it had places: a place that comes free is worth a look. */
  hungry(lane: string): boolean;
}

interface RoundGround extends Pick<Ground, 'postgres' | 'clock'> {
  readonly providers: () => ActiveProviders;
}

export const createRounds = (
  ground: RoundGround,
  parts: { readonly held: Held; readonly pauses: Pauses },
  options: RoundOptions,
): Rounds => {
  const { held, pauses } = parts;
  let hungry: ReadonlySet<string> = new Set<string>();
  let endedAtMs = -Infinity;
  return {
    hungry: (lane) => hungry.has(lane),
    round: async () => {
      const gapMs = roundGapMs - (ground.clock.monotonicMs() - endedAtMs);
      if (gapMs > 0) await wait(Math.min(gapMs, roundGapMs));
      await pauses.refresh();
      const free = held.free();
      const freeElsewhere = held.count() < options.heldMax ? options.places * 2 : 2;
      const everyone = ground.providers().all();
      const limited = everyone.filter(({ rateLimit }) => rateLimit.perSecond !== undefined);
      const passable = everyone.filter(({ provider }) => ground.providers().of(provider.channel).length > 1);
      const open = await takeDue(ground.postgres, {
        ...options,
        free,
        freeElsewhere,
        limited: limited.map(({ name }) => name),
        passable: passable.map(({ name }) => name),
      });
      const rated =
        limited.length > 0
          ? await takeWithRate(ground, limited, free, options)
          : { messages: [], waitMs: options.restMs };
      for (const message of [...open, ...rated.messages]) held.add(message);
      hungry = new Set(
        [...Map.groupBy(open, ({ lane }) => lane)]
          .filter(([lane, messages]) => messages.length >= (free.get(lane) ?? freeElsewhere))
          .map(([lane]) => lane),
      );
      endedAtMs = ground.clock.monotonicMs();
      if (open.length + rated.messages.length > 0) return Math.min(rated.waitMs, busyMs);
      return Math.min(rated.waitMs, (await untilNextMs(ground.postgres)) ?? options.restMs);
    },
  };
};

/** Takes from the lanes of providers with a rate, one by one: each locks its pace. */
const takeWithRate = async (
  ground: RoundGround,
  limited: readonly ActiveProvider[],
  free: ReadonlyMap<string, number>,
  { holder, leaseSeconds, places, restMs }: RoundOptions,
): Promise<{ messages: TakenMessage[]; waitMs: number }> => {
  const messages: TakenMessage[] = [];
  let waitMs = restMs;
  const names = limited.map(({ name }) => name);
  for (const lane of await dueLanesOf(ground.postgres.tables<DeliveryTables>(), names)) {
    const { perSecond = 1, burst } = limited.find(({ name }) => name === providerOfLane(lane))!.rateLimit;
    const rate = { perSecond, burst: burst ?? Math.max(1, Math.floor(perSecond)) };
    const took = await ground.postgres.transaction<DeliveryTables, Awaited<ReturnType<typeof takeLimited>>>((tx) =>
      takeLimited(tx, { holder, leaseSeconds, lane, places: free.get(lane) ?? places * 2, ...rate }),
    );
    messages.push(...took.messages);
    waitMs = Math.min(waitMs, Math.max(took.waitMs, roundGapMs));
  }
  return { messages, waitMs };
};
