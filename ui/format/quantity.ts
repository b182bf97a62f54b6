/** What stands where there is no value; never 0. */
export const noValue = '–';

const thin = '\u202f';

/**
 * Milliseconds for the eye, three significant digits: `0.42 ms`, `12.3 ms`, `1.24 s`, `2 min 5 s`, `3 h 10 min`.
 * Null is no data.
 */
export const formatDuration = (ms: number | null | undefined): string => {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return noValue;
  if (ms === 0) return `0${thin}ms`;
  if (ms < 0) return `−${formatDuration(-ms)}`;
  if (ms < 0.0995) return `${trim(ms * 1_000)}${thin}µs`;
  if (ms < 999.5) return `${trim(ms)}${thin}ms`;
  if (ms < 59_950) return `${trim(ms / 1_000)}${thin}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return twoUnits(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return twoUnits(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
};

/** Events a second for the eye: `0.03/s`, `12.4/s`, `1.2k/s`. */
export const formatRate = (perSecond: number | null | undefined): string =>
  perSecond === null || perSecond === undefined || !Number.isFinite(perSecond)
    ? noValue
    : `${formatCompact(perSecond)}/s`;

/**
 * A ratio (0 to 1) in percent. A ratio that is not zero never reads as `0 %`, nor one below 1 as `100 %`:
 * an error ratio of one in a million is something else than none.
 */
export const formatRatio = (ratio: number | null | undefined): string => {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return noValue;
  const percent = ratio * 100;
  if (percent === 0) return `0${thin}%`;
  if (percent > 0 && percent < 0.01) return `<${thin}0.01${thin}%`;
  if (percent < 100 && percent >= 99.995) return `>${thin}99.99${thin}%`;
  const digits = percent >= 99.95 || percent < 1 ? 2 : percent >= 10 ? 1 : 2;
  return `${stripZeros(percent.toFixed(digits))}${thin}%`;
};

/** A whole count with thin spaces between thousands: `4 871`. */
export const formatCount = (count: number | null | undefined): string =>
  count === null || count === undefined || !Number.isFinite(count)
    ? noValue
    : Math.round(count)
        .toString()
        .replaceAll(/\B(?=(\d{3})+$)/g, thin);

/** Three significant digits with k, M, G: `0.03`, `12.4`, `1.2k`. */
export const formatCompact = (value: number): string => {
  if (value < 0) return `−${formatCompact(-value)}`;
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= size * 0.9995) return `${trim(value / size)}${unit}`;
  }
  return trim(value);
};

/** Bytes in binary units: `512 B`, `1.5 MiB`. */
export const formatBytes = (bytes: number | null | undefined): string => {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return noValue;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${trim(bytes / 1_024 ** power)}${thin}${units[power]}`;
};

/** A value in the unit that telemetry names (UCUM: `1` is a ratio here, `By`, `s`, `ms`, `{thread}`). */
export const formatUnit = (value: number | null | undefined, unit: string): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  if (unit === '1' || unit === 'ratio') return formatRatio(value);
  if (unit === 'By') return formatBytes(value);
  if (unit === 's') return formatDuration(value * 1_000);
  if (unit === 'ms') return formatDuration(value);
  if (unit === '%') return formatRatio(value / 100);
  const word = unit.replaceAll(/[{}]/g, '');
  return word === '' ? formatCompact(value) : `${formatCompact(value)}${thin}${word}`;
};

const trim = (value: number): string => {
  if (value === 0) return '0';
  if (Math.abs(value) >= 99.95) return String(Math.round(value));
  if (Math.abs(value) >= 9.995) return stripZeros(value.toFixed(1));
  if (Math.abs(value) >= 0.0995) return stripZeros(value.toFixed(2));
  return String(Number(value.toPrecision(2)));
};

const stripZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

const twoUnits = (first: number, firstUnit: string, second: number, secondUnit: string): string =>
  second === 0 ? `${first}${thin}${firstUnit}` : `${first}${thin}${firstUnit} ${second}${thin}${secondUnit}`;
