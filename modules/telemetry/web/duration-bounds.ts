export interface DurationBounds {
  readonly minDurationMs: number | undefined;
  readonly maxDurationMs: number | undefined;
}

/** The bounds that two fields (or the URL) name, in milliseconds; `fault` says why one of them is not looked at. */
export const durationBounds = (fields: {
  readonly min: string;
  readonly max: string;
}): DurationBounds & { readonly fault: string; readonly at: 'min' | 'max' | null } => {
  const min = boundOf(fields.min);
  const max = boundOf(fields.max);
  const bounds = { minDurationMs: min ?? undefined, maxDurationMs: max ?? undefined };
  if (min === null)
    return { ...bounds, fault: 'The least duration must be a number of milliseconds, 0 or more.', at: 'min' };
  if (max === null)
    return { ...bounds, fault: 'The longest duration must be a number of milliseconds, 0 or more.', at: 'max' };
  if (min !== undefined && max !== undefined && min > max)
    return {
      ...bounds,
      fault: 'No trace takes at least longer than at most: turn the two durations round.',
      at: 'max',
    };
  return { ...bounds, fault: '', at: null };
};

/** undefined where nothing is given, null where it is no duration. */
const boundOf = (text: string): number | undefined | null => {
  if (text.trim() === '') return undefined;
  const bound = Number(text);
  return Number.isFinite(bound) && bound >= 0 ? bound : null;
};
