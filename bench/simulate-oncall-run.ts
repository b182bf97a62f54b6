import {
  answer,
  answerAgain,
  crash,
  describe,
  fault,
  jumpBack,
  lateOnes,
  override,
  putSchedule,
  raise,
} from './simulate-oncall-acts.ts';
import {
  anOldInstant,
  arrivalsAreRight,
  gatewaysFollowed,
  nothingUnowned,
  somebodyOrGap,
  wholePast,
} from './simulate-oncall-checks.ts';
import { away, cover, receipts } from './simulate-oncall-people.ts';
import { diceOf } from './simulate-oncall-random.ts';
import { scheduleCount, type State } from './simulate-oncall-state.ts';
import type { Answers } from './simulate-oncall-providers.ts';
import { startSimulatedWorld } from './simulate-oncall-world.ts';

/** What was simulated, and what was wrong. */
export interface SimulationReport {
  readonly years: number;
  readonly steps: number;
  readonly zones: ReadonlySet<string>;
  readonly pages: number;
  readonly arrivals: number;
  readonly samples: number;
  readonly gaps: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly wrongs: readonly string[];
}

const yearSeconds = 365.25 * 86_400;
const wrongsMax = 5;

/**
 * On-call through `years` years of schedules (twenty are kept at once) with moved time, through the product's own commands and
 * engine, with covers, swaps, time off, receipts and a database that ends in the middle. After each step the invariants must hold: somebody is on call or a gap is reported, no page is unowned, nothing that was
 * answered escalates, one key for one send, the past stays. Stops at the first few wrongs.
 */
export const simulate = async (years: number, seed: number): Promise<SimulationReport> => {
  const world = await startSimulatedWorld();
  const dice = diceOf(seed);
  const zones = dice.some(Intl.supportedValuesOf('timeZone'), Intl.supportedValuesOf('timeZone').length);
  const state: State = {
    dice,
    world,
    zones,
    used: new Set(),
    faults: {},
    wrongs: [],
    pages: new Map(),
    stale: [],
    past: [],
    delivered: new Map(),
    late: new Set(),
    seen: 0,
    gaps: 0,
    at: await world.move(0),
  };
  let [steps, passed] = [0, 0];
  try {
    await describe(state);
    for (; passed < (years / scheduleCount) * yearSeconds && state.wrongs.length < wrongsMax; steps += 1) {
      const busy = [...state.pages.values()].some((page) => page.state === 'open');
      const seconds = busy ? 30 + dice.below(1_200) : 3_600 + dice.below(5 * 86_400);
      passed += seconds;
      state.at = await world.move(seconds);
      await oneStep(state);
    }
    await settle(state);
    await wholePast(state);
  } finally {
    await world.stop();
  }
  const { used, pages, past, gaps, faults, wrongs } = state;
  return {
    years: Math.round((passed / yearSeconds) * scheduleCount),
    steps,
    zones: used,
    pages: pages.size,
    arrivals: world.arrivals.length,
    samples: past.length,
    gaps,
    faults,
    wrongs: wrongs.map((wrong) => `seed ${seed}: ${wrong}`),
  };
};

const oneStep = async (state: State): Promise<void> => {
  const { dice, world } = state;
  const schedule = `schedule-${dice.below(scheduleCount)}`;
  if (dice.chance(0.12)) await putSchedule(state, schedule);
  if (dice.chance(0.25)) await override(state, schedule);
  if (dice.chance(0.15)) await cover(state, schedule);
  if (dice.chance(0.05)) await away(state);
  if (dice.chance(0.03)) await jumpBack(state);
  if (dice.chance(0.3)) await raise(state, dice.below(scheduleCount));
  const answers: Answers = dice.chance(0.2) ? dice.pick(['429', '500', 'broken'] as const) : 'taken';
  if (answers !== 'taken') fault(state, `provider ${answers}`);
  world.answer(answers);
  const struck = dice.chance(0.15) ? await crash(state) : false;
  if (struck) await world.quiet();
  else await world.drain(1 + dice.below(3));
  await arrivalsAreRight(state);
  if (!struck) await nothingUnowned(state);
  await receipts(state);
  await somebodyOrGap(state);
  await lateOnes(state);
  // What was lost, and what became due meanwhile, leaves at once: that is before anybody answers below.
  await world.quiet();
  await arrivalsAreRight(state);
  for (const [id, page] of state.pages) if (page.state === 'open' && dice.chance(0.35)) await answer(state, id, page);
  if (state.pages.size > 0 && dice.chance(0.2)) await answerAgain(state, dice.pick([...state.pages.keys()]));
  await anOldInstant(state);
};

/** Everything is answered by a provider that works; nothing is left owed. */
const settle = async (state: State): Promise<void> => {
  state.world.answer('taken');
  for (let time = 0; time < 30; time += 1) {
    state.at = await state.world.move(400);
    await state.world.drain(1);
  }
  await arrivalsAreRight(state);
  await nothingUnowned(state);
  gatewaysFollowed(state);
};
