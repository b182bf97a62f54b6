/** Requests a sender of `oracle:counts` sends, and every how manieth fails. */
export const N = 20_000;
export const failEach = 50;

/** N durations in milliseconds, log-normal as service times are, from a fixed seed, to whole microseconds. */
export const durations = (seed: number): number[] => {
  let state = seed;
  const next = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return (state + 1) / 4_294_967_297;
  };
  return Array.from({ length: N }, () => {
    const normal = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    return Math.round(Math.exp(3.2 + 0.9 * normal) * 1_000) / 1_000;
  });
};
