import type { z } from 'zod';
import type { person, team, token } from '../contract.ts';
import type { signInStep } from '../contract/sign-in.ts';
import type { SignInStep } from '../domain/sign-in-step.ts';
import type { PersonView } from './store/people.ts';
import type { TeamView } from './store/teams.ts';
import type { TokenView } from './store/tokens.ts';
import { stateOfToken } from './tokens.ts';

/** Rows as the contract shows them. */

export const personShape = (row: PersonView, forAdmin: boolean): z.input<typeof person> => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name,
  email: row.email,
  role: row.role,
  state: row.state,
  teams: row.teams,
  secondFactor: forAdmin ? row.second_factor : null,
  createdAt: row.created_at.toISOString(),
  lastSeenAt: row.last_seen_at?.toISOString() ?? null,
});

export const teamShape = (row: TeamView): z.input<typeof team> => ({
  id: row.id,
  name: row.name,
  displayName: row.display_name,
  description: row.description,
  members: row.members,
});

export const tokenShape = (row: TokenView, now: Date): z.input<typeof token> => ({
  id: row.id,
  name: row.name,
  hint: row.hint,
  owner: row.owner_name,
  role: row.role,
  scopes: row.scopes,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at?.toISOString() ?? null,
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  state: stateOfToken(row, now),
});

export const stepShape = (step: SignInStep): z.input<typeof signInStep> =>
  step.step === 'done' ? { step: 'done', methods: [] } : { step: 'second-factor', methods: [...step.methods] };
