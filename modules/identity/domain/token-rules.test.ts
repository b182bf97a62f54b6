import { describe, expect, it } from 'vitest';
import { powerOfToken, tokenFault } from './token-rules.ts';

describe('A token never reaches further than its maker and its owner', () => {
  it.each([
    ['an editor makes a viewer token', 'person', 'editor', 'viewer', ['api'], null],
    ['an editor makes an admin token', 'person', 'editor', 'admin', ['api'], 'role-above-own'],
    ['a responder makes an ingest token', 'person', 'responder', 'viewer', ['ingest'], 'ingest-needs-editor'],
    ['an editor makes an ingest token', 'person', 'editor', 'viewer', ['ingest'], null],
    ['an editor token makes a token', 'token', 'editor', 'viewer', ['api'], 'tokens-make-tokens-only-as-admin'],
    ['an admin token makes a token', 'token', 'admin', 'admin', ['api', 'ingest'], null],
  ] as const)('%s', (_name, kind, own, wanted, scopes, fault) => {
    expect(tokenFault({ kind, role: own }, { role: wanted, scopes })).toBe(fault);
  });

  it('is cut to what the owner may do today, in the organisation and in each team', () => {
    expect(powerOfToken('admin', { role: 'viewer', teams: { payments: 'admin' } })).toEqual({
      role: 'viewer',
      teams: { payments: 'admin' },
    });
    expect(powerOfToken('responder', { role: 'admin', teams: { payments: 'editor', core: 'viewer' } })).toEqual({
      role: 'responder',
      teams: { payments: 'responder', core: 'viewer' },
    });
    expect(powerOfToken('editor', null)).toEqual({ role: 'editor', teams: {} });
  });
});
