import type { ServiceSummary } from '../contract.ts';

/** `trouble` is critical and warning; `quiet` has had no requests. */
export type Shown = 'all' | 'trouble' | 'quiet';

/** Rows whose name, title, owner, system or tags have every word of `q`; order stays. Environment '-' is "none named". */
export const filterServices = (
  rows: readonly ServiceSummary[],
  filter: { readonly q: string; readonly environment: string; readonly shown: Shown },
): readonly ServiceSummary[] => {
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (filter.environment !== '' && (row.environment || '-') !== filter.environment) return false;
    if (filter.shown === 'trouble' && row.health.level !== 'critical' && row.health.level !== 'warning') return false;
    if (filter.shown === 'quiet' && row.health.level !== 'quiet') return false;
    const text = [row.name, row.title, row.owner, row.system, row.environment, ...row.tags].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
};
