/** Why an announcement is refused. */
export type TimeFault = 'ends-before-it-starts' | 'too-far-ahead' | 'too-long-ago';

/**
 * Says what is wrong with the times of a change; null when nothing is. A change that ends in the moment it starts is fine:
 * most systems announce a deploy once, when it is through.
 */
export const timeFault = (
  times: { readonly startedAt: Temporal.Instant; readonly endedAt: Temporal.Instant | null },
  now: Temporal.Instant,
  bounds: { readonly aheadHours: number; readonly behindDays: number },
): TimeFault | null => {
  const { startedAt, endedAt } = times;
  if (endedAt && Temporal.Instant.compare(endedAt, startedAt) < 0) return 'ends-before-it-starts';
  const aheadMs = startedAt.epochMilliseconds - now.epochMilliseconds;
  if (aheadMs > bounds.aheadHours * 3_600_000) return 'too-far-ahead';
  if (-aheadMs > bounds.behindDays * 86_400_000) return 'too-long-ago';
  return null;
};

const words = {
  deploy: 'Deploy',
  configuration: 'Configuration change',
  migration: 'Migration',
  infrastructure: 'Infrastructure change',
  other: 'Change',
} as const;

/** What a change is called when nobody gave it a title: `Deploy of 1.4.2`, `Migration`. */
export const titleOf = (kind: keyof typeof words, version: string | null): string =>
  version === null ? words[kind] : `${words[kind]} of ${version}`;
