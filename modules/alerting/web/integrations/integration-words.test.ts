import { expect, it } from 'vitest';
import type { ShownIntegration } from '../../contract/integrations.ts';
import { heardOf, readableBody, stateOf } from './integration-words.ts';

const integration: ShownIntegration = {
  id: '019300aa-0000-7000-8000-000000000000',
  name: 'prometheus-shop',
  kind: 'alertmanager',
  team: null,
  description: '',
  settings: {},
  enabled: true,
  builtIn: false,
  origin: 'hand',
  source: null,
  madeAt: '2026-11-23T00:00:00Z',
  changedAt: '2026-11-23T00:00:00Z',
  changedBy: 'ada',
  receivedLastDay: 0,
  faultyLastDay: 0,
  lastReceivedAt: null,
  lastError: null,
};

it('says what is off, what is faulty, what is heard, and what was never heard of', () => {
  const lastReceivedAt = new Date().toISOString();
  expect(stateOf({ ...integration, enabled: false }).label).toBe('Off');
  expect(stateOf({ ...integration, faultyLastDay: 3, lastReceivedAt })).toEqual({
    status: 'warn',
    label: '3 faulty today',
  });
  expect(stateOf({ ...integration, lastReceivedAt }).label).toBe('Heard');
  expect(stateOf(integration).label).toBe('Not heard yet');
  expect(heardOf(integration)).toBe('nothing yet');
});

it('shows JSON indented and anything else as it came', () => {
  expect(readableBody('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(readableBody('{"a":')).toBe('{"a":');
});
