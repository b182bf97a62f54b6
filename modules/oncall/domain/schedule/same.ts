import { sameZone } from '../../../../kernel/zone.ts';
import { isInstant } from './fields.ts';
import type { ScheduleSpec } from './schedule.ts';

/**
 * Whether two documents say the same schedule: names of one zone (`UTC`, `Etc/UTC`) and texts of one instant are alike, so that a file
 * applied again never shows a difference that is none.
 */
export const saysTheSameSchedule = (one: ScheduleSpec, other: ScheduleSpec): boolean => same(one, other, '');

const same = (one: unknown, other: unknown, field: string): boolean => {
  if (one === other) return true;
  if (typeof one === 'string' && typeof other === 'string') {
    if (field === 'zone') return sameZone(one, other);
    if (field !== 'from' && field !== 'to' && field !== 'at') return false;
    return isInstant(one) && isInstant(other) && Temporal.Instant.from(one).equals(other);
  }
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, index) => same(each, other[index], field));
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => same(one[key], other[key], key));
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
