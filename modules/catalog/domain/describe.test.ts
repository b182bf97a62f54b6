import { describe, expect, it } from 'vitest';
import { mayDescribe, saysTheSame } from './describe.ts';

describe('Only its owners say what a service is', () => {
  const person = (
    teams: Record<string, 'viewer' | 'responder' | 'editor' | 'admin'>,
    role: 'viewer' | 'editor' = 'viewer',
  ) => ({ role, teams });
  it.each([
    ['an editor of the organisation', person({}, 'editor'), 'payments', 'search', true, 'organisation-editor'],
    ['an editor of the owner team', person({ payments: 'editor' }), 'payments', 'payments', true, 'team-editor'],
    [
      'a responder of the owner team',
      person({ payments: 'responder' }),
      'payments',
      'payments',
      false,
      'not-in-present-owner',
    ],
    ['an editor of another team', person({ search: 'editor' }), 'payments', 'payments', false, 'not-in-present-owner'],
    [
      'who takes it for the own team',
      person({ search: 'editor' }),
      'payments',
      'search',
      false,
      'not-in-present-owner',
    ],
    [
      'who pushes it onto another team',
      person({ payments: 'editor' }),
      'payments',
      'search',
      false,
      'not-in-new-owner',
    ],
    [
      'who hands it over and is in both',
      person({ payments: 'editor', search: 'admin' }),
      'payments',
      'search',
      true,
      'team-editor',
    ],
    ['who takes what nobody owns', person({ search: 'editor' }), null, 'search', true, 'team-editor'],
    ['who describes what nobody owns for nobody', person({ search: 'editor' }), null, null, false, 'no-owner'],
    ['who gives it up', person({ payments: 'editor' }), 'payments', null, true, 'team-editor'],
  ] as const)('%s', (_name, who, present, next, allowed, reason) =>
    expect(mayDescribe(who, { present, next })).toEqual({ allowed, reason }),
  );
});

describe('A description that says the same changes nothing', () => {
  it.each([
    [{ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [{ a: null }, { a: 0 }, false],
    [{ a: [1, 2] }, { a: [2, 1] }, false],
  ])('%j and %j', (a, b, same) => expect(saysTheSame(a, b)).toBe(same));
});
