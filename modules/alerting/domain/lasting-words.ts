const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long that is, in the largest unit of which it is a whole number: `4 hours`, `90 minutes`, `1 day`, `45 seconds`. */
export const lastingWords = (seconds: number): string => {
  const whole = Math.round(seconds);
  const [name, size] = units.find(([, each]) => whole >= each && whole % each === 0) ?? ['second', 1];
  const count = whole / size;
  return `${count} ${name}${count === 1 ? '' : 's'}`;
};
