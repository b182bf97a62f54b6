import { describe, expect, it } from 'vitest';
import { atLeast, inTeam, publicAccess, signedIn, type Access } from '../../kernel/route.ts';
import { decideAccess } from './access.ts';
import type { Actor } from './http.ts';

const anActor = (overrides: Partial<Actor> = {}): Actor => ({
  kind: 'person',
  id: 'p',
  name: 'P',
  role: 'viewer',
  teams: {},
  scopes: ['api'],
  ...overrides,
});
const ingest: Access = { kind: 'ingest' };

describe('who may call a route', () => {
  it.each([
    ['nobody, public', publicAccess, null, {}, 'public'],
    ['nobody, signed-in', signedIn, null, {}, 'nobody'],
    ['nobody, ingest', ingest, null, {}, 'nobody'],
    ['a viewer, signed-in', signedIn, anActor(), {}, 'signed-in'],
    ['a viewer where an editor is needed', atLeast('editor'), anActor(), {}, 'role-too-low'],
    ['an admin where an editor is needed', atLeast('editor'), anActor({ role: 'admin' }), {}, 'organisation-role'],
    ['an editor of this team', inTeam('editor'), anActor({ teams: { pay: 'editor' } }), { team: 'pay' }, 'team-role'],
    [
      'an editor of another team',
      inTeam('editor'),
      anActor({ teams: { pay: 'editor' } }),
      { team: 'ship' },
      'role-too-low',
    ],
    [
      'a team named like an object property',
      inTeam('viewer'),
      anActor({ role: 'viewer', teams: {} }),
      { team: 'constructor' },
      'organisation-role',
    ],
    ['an ingest token at the API', signedIn, anActor({ kind: 'token', scopes: ['ingest'] }), {}, 'wrong-scope'],
    ['an API token at ingest', ingest, anActor({ kind: 'token' }), {}, 'wrong-scope'],
    ['an ingest token at ingest', ingest, anActor({ kind: 'token', scopes: ['ingest'] }), {}, 'ingest-scope'],
  ] as const)('%s: %#', (_name, access, actor, params, reason) => {
    expect(decideAccess(access, actor, params).reason).toBe(reason);
  });
});
