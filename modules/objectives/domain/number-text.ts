/** Numbers as people read them, in one form everywhere: `12,345`, `14.4×`, `0.02 %`, `3 days`. Pure text, for reasons and explanations. */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const fine = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** `12,345` and `0.5`; below one, three significant digits, so that little never reads as nothing. */
export const countText = (value: number): string => (Math.abs(value) < 1 ? fine : grouped).format(value);

/** `14.4×`. */
export const rateText = (rate: number | null): string => (rate === null ? 'no data' : `${countText(rate)}×`);

/** A share between 0 and 1 as percent: 0.02 is `2 %`. Enough digits that 99.995 % stays itself. */
export const percentText = (share: number): string => {
  const percent = share * 100;
  const away = Math.min(Math.abs(percent), Math.abs(100 - percent));
  const digits = away === 0 || away >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(away)));
  return `${Number(percent.toFixed(digits)).toLocaleString('en-US', { maximumFractionDigits: digits })} %`;
};

/** Parts per million as percent, exactly: 999,500 is `99.95 %`. */
export const ppmText = (ppm: number): string => `${ppm / 10_000} %`;

const units = [
  ['day', 1_440],
  ['hour', 60],
  ['minute', 1],
] as const;

/** `5 minutes`, `1 hour`, `36 hours`, `30 days`: the largest unit that fits whole; `90 minutes` where none does. */
export const minutesText = (minutes: number): string => {
  const [unit, length] = minutes === 1_440 ? units[0] : unitOf(minutes);
  const count = minutes / length;
  return `${countText(count)} ${unit}${count === 1 ? '' : 's'}`;
};

const unitOf = (minutes: number) => units.find(([, length]) => minutes >= length && minutes % length === 0) ?? units[2];

/** `5m`, `1h`, `3d`: the name of a burn window. */
export const windowName = (minutes: number): string => {
  const [unit, length] = unitOf(minutes);
  return `${minutes / length}${unit[0]!}`;
};

/** A stretch of time in the two largest units that say something: `2 days 3 hours`, `51.8 seconds`. */
export const secondsText = (seconds: number): string => {
  if (seconds < 60) return `${countText(seconds)} second${seconds === 1 ? '' : 's'}`;
  const minutes = Math.round(seconds / 60);
  const parts: string[] = [];
  let rest = minutes;
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0 && parts.length < 2) parts.push(`${countText(count)} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.join(' ');
};
