const hourMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const withSeconds = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Labels of a time axis for marks at `splits` (epoch seconds) that are `stepSeconds` apart, in the browser's zone. */
export const timeLabels = (splits: readonly number[], stepSeconds: number): string[] =>
  splits.map((second) => {
    const date = new Date(second * 1_000);
    if (stepSeconds >= 86_400) return day.format(date);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    if (isMidnight) return day.format(date);
    return (stepSeconds < 60 ? withSeconds : hourMinute).format(date);
  });
