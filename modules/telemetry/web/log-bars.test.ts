import { describe, expect, it } from 'vitest';
import { logBars } from './log-bars.ts';

const fromMs = Date.parse('2026-11-22T10:00:00Z');

describe('the bars above the logs tell when and how grave', () => {
  it('draws every step, also the empty ones, the gravest part first', () => {
    const bars = logBars({
      bars: [
        { at: '2026-11-22T10:01:00Z', severity: 'info', count: 5 },
        { at: '2026-11-22T10:01:00Z', severity: 'error', count: 2 },
      ],
      fromMs,
      toMs: fromMs + 180_000,
      stepSeconds: 60,
    });
    expect(bars.map((bar) => bar.total)).toEqual([0, 7, 0]);
    expect(bars[1]?.parts.map((part) => part.severity)).toEqual(['error', 'info']);
  });
});
