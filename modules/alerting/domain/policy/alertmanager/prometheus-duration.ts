const units = [
  ['y', 365 * 86_400],
  ['w', 7 * 86_400],
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Seconds of a duration as Prometheus writes it (`1h30m`, `0`, `500ms` is rounded up); null for anything else. */
export const secondsOfPrometheus = (text: string): number | null => {
  if (text === '0') return 0;
  const found = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/u.exec(text);
  if (!found || text === '') return null;
  const whole = units.reduce((sum, [, seconds], index) => sum + Number(found[index + 1] ?? 0) * seconds, 0);
  const all = whole + Math.ceil(Number(found[7] ?? 0) / 1_000);
  return Number.isSafeInteger(all) ? all : null;
};

/** Whole seconds as Prometheus writes them: 5,400 is `1h30m`. */
export const prometheusDuration = (seconds: number): string => {
  if (seconds === 0) return '0s';
  let left = Math.round(seconds);
  let text = '';
  for (const [unit, length] of units.slice(3)) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
};
