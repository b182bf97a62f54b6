import { describe, expect, it } from 'vitest';
import { severities } from '../alert.ts';
import { parsers } from './parsers.ts';
import { samples, type SampleSaid } from './samples.ts';
import { parseSentry } from './sentry.ts';

const said = (severity: string): SampleSaid => ({
  name: 'hook',
  id: '0198-test',
  now: Temporal.Instant.from('2026-03-01T09:00:00Z'),
  labels: { service: 'shop/web', severity },
});

describe('A test is read as what the sender would post', () => {
  const kinds = Object.keys(samples) as (keyof typeof samples)[];
  const cases = kinds.flatMap((kind) => severities.map((severity) => [kind, severity] as const));
  it.each(cases)('%s, %s', (kind, severity) => {
    const payload = samples[kind](said(severity));
    const parsed = kind === 'sentry' ? parseSentry(payload, 'event_alert') : parsers[kind](payload, {});
    expect(parsed).toMatchObject({
      ok: true,
      alerts: [
        { action: 'trigger', severity, labels: { service: 'shop/web' }, summary: expect.stringContaining('hook') },
      ],
    });
  });
});
