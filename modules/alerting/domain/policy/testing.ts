import { RE2JS } from 're2js';
import type { Severity } from '../alert.ts';
import type { Judged } from './judged-labels.ts';
import { matchingOf, type Matching } from './matcher.ts';
import { parseAll } from './parse-matchers.ts';

/** Matchers as they are written, made ready. */
export const matching = (...texts: string[]): Matching => {
  const parsed = parseAll(texts);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return matchingOf(parsed.matchers, (pattern) => {
    const engine = RE2JS.compile(`^(?:${pattern})$`);
    return (text) => engine.test(text);
  });
};

/** An alert with these labels, of nobody and nothing where nothing else is said. */
export const judged = (labels: Record<string, string>, over: Partial<Judged> = {}): Judged => ({
  id: Object.values(labels).join('/') || 'an-alert',
  fingerprint: '0000000000000000',
  integration: { name: 'prometheus' },
  labels,
  severity: (labels['severity'] as Severity | undefined) ?? 'error',
  service: labels['service'] ?? null,
  team: null,
  tier: null,
  startsAt: Temporal.Instant.from('2026-11-23T10:00:00Z'),
  ...over,
});
