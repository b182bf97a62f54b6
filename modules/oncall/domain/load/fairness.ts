/**
 * Jain's fairness index, (Σx)² ÷ (n · Σx²): R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness and Discrimination for Resource
 * Allocation in Shared Computer Systems", DEC-TR-301, 1984. 1 where all carry the same, 1/n where one carries everything. Null for
 * nobody, and where there is nothing to carry.
 */
export const fairness = (loads: readonly number[]): number | null => {
  const total = loads.reduce((one, other) => one + other, 0);
  if (loads.length === 0 || total === 0) return null;
  const squares = loads.reduce((one, other) => one + other * other, 0);
  return (total * total) / (loads.length * squares);
};

export const fairnessName = "Jain's fairness index";
export const fairnessSource =
  'Jain, Chiu, Hawe, DEC-TR-301, 1984: (Σx)² ÷ (n · Σx²); 1 is the same for all, 1/n is one for all';
/** Over this many weeks; shorter looks punish whoever has just had their turn. */
export const fairnessWeeks = 12;
