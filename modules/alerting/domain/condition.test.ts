import { describe, expect, it } from 'vitest';
import { began, ended, type Condition } from './condition.ts';
import { targetsOf } from './targets.ts';

const of = (name: string): Condition => ({
  group: 'budget:answers',
  name,
  urgency: name.startsWith('page') ? 'high' : 'low',
});
const words = ({ actions, nothing }: ReturnType<typeof began>): string =>
  actions.map((each) => `${each.do} ${each.key.split(':').at(-1)} (${each.reason})`).join(', ') ||
  `nothing (${nothing})`;

describe('what follows', () => {
  it.each([
    ['when a first tier begins', 'began', 'page-fast', [], 'raise high (began)'],
    ['when a second of its urgency begins', 'began', 'page-slow', ['page-fast'], 'raise high (again)'],
    ['when a ticket begins alone', 'began', 'ticket-slow', [], 'raise low (began)'],
    [
      'when a ticket begins while somebody is paged',
      'began',
      'ticket-slow',
      ['page-fast'],
      'nothing (someone-is-paged-for-it)',
    ],
    ['when a page begins beside a ticket', 'began', 'page-fast', ['ticket-slow'], 'raise high (began)'],
    ['when the same is told again', 'began', 'page-fast', ['page-fast'], 'raise high (began)'],
    ['when one of two ends', 'ended', 'page-fast', ['page-fast', 'page-slow'], 'nothing (others-go-on)'],
    ['when the last ends', 'ended', 'page-slow', ['page-slow'], 'resolve high (all-over)'],
    [
      'when the page ends and the ticket goes on',
      'ended',
      'page-slow',
      ['page-slow', 'ticket-slow'],
      'resolve high (all-over), raise low (high-is-over-low-goes-on)',
    ],
    [
      'when the ticket ends and the page goes on',
      'ended',
      'ticket-slow',
      ['page-slow', 'ticket-slow'],
      'resolve low (all-over)',
    ],
    ['when one ends that nobody knew of', 'ended', 'page-slow', [], 'nothing (was-not-known)'],
  ] as const)('%s', (_, what, name, holding, expected) =>
    expect(words((what === 'began' ? began : ended)(of(name), holding.map(of)))).toBe(expected),
  );
});

describe('whom a page goes to', () => {
  const nobody = {
    what: 'the objective answers',
    service: 'shop/cart',
    own: null,
    ofService: null,
    fallbackTeam: null,
    adminsTeam: null,
    admins: [],
  };
  const named = (over: Partial<Parameters<typeof targetsOf>[0]>) =>
    targetsOf({ ...nobody, ...over }).map(({ kind, name }) => `${kind} ${name}`);
  it.each([
    [
      'its own owner first, then the owner of the service',
      { own: 'search', ofService: 'payments' },
      ['team search', 'team payments'],
    ],
    ['one team once', { own: 'payments', ofService: 'payments', fallbackTeam: 'payments' }, ['team payments']],
    [
      'what nobody owns: the fallback team, then those of the admins',
      { fallbackTeam: 'duty', adminsTeam: 'core', admins: ['ada'] },
      ['team duty', 'team core', 'person ada'],
    ],
    ['an admin, where there is no team at all', { admins: ['ada', 'bob'] }, ['person ada', 'person bob']],
  ])('%s', (_, over, expected) => expect(named(over)).toEqual(expected));

  it('says why', () => {
    expect(targetsOf({ ...nobody, fallbackTeam: 'duty' })[0]!.reason).toBe(
      'the fallback team of the settings, because nobody owns the objective answers or the service shop/cart',
    );
    expect(targetsOf({ ...nobody, own: 'payments', adminsTeam: 'core' })[1]!.reason).toContain('could not be paged');
  });
});
