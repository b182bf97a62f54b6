import { expect, it } from 'vitest';
import { failedTraces } from './failed-traces.ts';
import { documentOf, emptyForm } from './objective-form.ts';

const report = { service: 'shop/checkout', environment: 'production' };
const form = { ...emptyForm('UTC'), service: 'shop/checkout' };

it('leads to what failed', () => {
  expect(failedTraces(report, documentOf({ ...form, operation: 'POST /pay' }))?.query).toEqual({
    service: 'shop/checkout',
    environment: 'production',
    operation: 'POST /pay',
    status: 'error',
    minDurationMs: undefined,
    range: '1d',
  });
});

it('leads to what was slow, of the stretch and operation that are looked at', () => {
  const stretch = { operation: 'GET /cart', from: '2026-11-22T10:00:00Z', to: '2026-11-22T11:00:00Z' };
  expect(failedTraces(report, documentOf({ ...form, about: 'latency', withinMs: 250 }), stretch)?.query).toMatchObject({
    ...stretch,
    status: undefined,
    minDurationMs: 250,
  });
});

it('leads nowhere for a journey over several services', () => {
  expect(failedTraces({ service: null, environment: null }, null)).toBeNull();
});
