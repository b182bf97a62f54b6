/** A bar of the histogram: counts of one step by severity, from the gravest up. */
export interface LogBar {
  readonly atMs: number;
  readonly total: number;
  readonly parts: readonly { readonly severity: string; readonly count: number }[];
}

const gravity = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'unset'];

/** Groups counts by step; steps without records are empty bars, so that the axis is even. */
export const logBars = (options: {
  readonly bars: readonly { readonly at: string; readonly severity: string; readonly count: number }[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSeconds: number;
}): readonly LogBar[] => {
  const stepMs = options.stepSeconds * 1_000;
  const firstMs = Math.floor(options.fromMs / stepMs) * stepMs;
  const count = Math.min(2_000, Math.max(0, Math.ceil((options.toMs - firstMs) / stepMs)));
  const steps: Map<string, number>[] = Array.from({ length: count }, () => new Map());
  for (const bar of options.bars) {
    const step = steps[Math.floor((Date.parse(bar.at) - firstMs) / stepMs)];
    step?.set(bar.severity, (step.get(bar.severity) ?? 0) + bar.count);
  }
  return steps.map((step, index) => ({
    atMs: firstMs + index * stepMs,
    total: [...step.values()].reduce((sum, value) => sum + value, 0),
    parts: [...step]
      .map(([severity, value]) => ({ severity, count: value }))
      .toSorted((a, b) => gravity.indexOf(a.severity) - gravity.indexOf(b.severity)),
  }));
};
