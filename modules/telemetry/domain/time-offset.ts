/**
 * Milliseconds from one RFC 3339 instant to another, exact to the nanosecond's digits that both carry. `Date.parse` knows
 * milliseconds only, and spans of 40 µs would all begin at once.
 */
export const msBetween = (from: string, to: string): number => {
  const a = split(from);
  const b = split(to);
  return (b.second - a.second) * 1_000 + (b.nano - a.nano) / 1e6;
};

const split = (text: string): { readonly second: number; readonly nano: number } => {
  const parts = /^(.{19})(?:\.(\d+))?(.*)$/.exec(text);
  if (!parts) return { second: Number.NaN, nano: 0 };
  const fraction = (parts[2] ?? '').padEnd(9, '0').slice(0, 9);
  return { second: Date.parse(`${parts[1]}${parts[3] || 'Z'}`) / 1_000, nano: Number(fraction) };
};
