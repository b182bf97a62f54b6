/** Everything random of a simulation comes from its seed, so that a failing one is played again. */
export interface Dice {
  /** In [0, 1). */
  roll(): number;
  below(count: number): number;
  chance(share: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  some<Value>(values: readonly Value[], least: number): Value[];
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state are enough for choices. */
export const diceOf = (seed: number): Dice => {
  let state = seed >>> 0;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(roll() * count);
  return {
    roll,
    below,
    chance: (share) => roll() < share,
    pick: (values) => values[below(values.length)]!,
    some: (values, least) => {
      const left = [...values];
      const count = least + below(values.length - least + 1);
      return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0]!);
    },
  };
};

const two = (number: number): string => String(number).padStart(2, '0');
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A schedule that somebody might write: one to three layers, mostly whole, some with gaps. */
export const randomSchedule = (dice: Dice, zone: string, people: readonly string[], today: string): unknown => ({
  zone,
  layers: Array.from({ length: 1 + dice.below(3) }, (_, index) => {
    const unit = dice.pick(['hour', 'day', 'week', 'week', 'month']);
    const length = unit === 'hour' ? dice.pick([6, 8, 12]) : 1 + dice.below(unit === 'day' ? 5 : 2);
    return {
      name: `layer-${index}`,
      rotation: { unit, length, start: today, handoffAt: `${two(dice.below(24))}:${dice.pick(['00', '30', '15'])}` },
      people: dice.some(people, 1),
      restrictions: dice.chance(0.25)
        ? [
            {
              days: dice.some(weekdays, 2),
              from: `${two(dice.below(12))}:00`,
              to: `${two(12 + dice.below(12))}:00`,
            },
          ]
        : [],
    };
  }),
});
