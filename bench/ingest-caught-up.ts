import { setTimeout as pause } from 'node:timers/promises';
import type { Product } from './product.ts';

/** Resolves when nothing waits in the log any more and no bucket is to be counted, by the product's own metrics. */
export const caughtUp = async (product: Product, token: string, ms: number): Promise<void> => {
  const until = performance.now() + ms;
  let text = '';
  while (performance.now() < until) {
    text = await metricsText(product, token).catch(() => '');
    const waiting =
      figure(text, 'leadline_telemetry_segments_waiting') + figure(text, 'leadline_telemetry_rollup_dirty_buckets');
    if (text.includes('leadline_telemetry_segments_waiting') && waiting === 0) return;
    await pause(250);
  }
  throw new Error(
    `Leadline did not catch up within ${ms / 1_000} s:\n${text
      .split('\n')
      .filter((line) => line.startsWith('leadline_telemetry'))
      .join('\n')}`,
  );
};

export const metricsText = async (product: Product, token: string): Promise<string> => {
  const answer = await fetch(`${product.url}/metrics`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  });
  return answer.ok ? answer.text() : '';
};

/** The sum of a metric over its labels. */
export const figure = (text: string, name: string): number =>
  text
    .split('\n')
    .reduce(
      (sum, line) =>
        line.startsWith(`${name} `) || line.startsWith(`${name}{`)
          ? sum + Number(line.slice(line.lastIndexOf(' ') + 1))
          : sum,
      0,
    );
