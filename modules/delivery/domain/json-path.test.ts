import { describe, expect, it } from 'vitest';
import { isJsonPath, valueAt } from './json-path.ts';

const answer = { messages: [{ status: 'queued', 'error-code': null }], 'a.b': 1 };

describe('One place in an answer', () => {
  it.each([
    ['messages.0.status', 'queued'],
    ['$.messages[0].status', 'queued'],
    ["$['messages'][0]['status']", 'queued'],
    ["['a.b']", 1],
    ['messages[0].error-code', null],
    ['messages.1.status', undefined],
    ['constructor', undefined],
    ['messages.0.status.length', undefined],
    ['$', answer],
  ])('%s', (path, expected) => {
    expect(valueAt(answer, path)).toEqual(expected);
  });

  it.each([
    ['messages.0.status', true],
    ['$.messages[0].status', true],
    ['$..status', false],
    ['messages[*]', false],
    ['', false],
  ])('%s is such a path: %s', (path, expected) => {
    expect(isJsonPath(path)).toBe(expected);
  });
});
