import { isDeepStrictEqual } from 'node:util';
import { Refusal } from '../../../../kernel/problem.ts';
import type { Actor } from '../../../../platform/http/http.ts';
import type { LoadPolicy } from '../../contract/load.ts';
import { ledgerActor, tablesOf, type LoadGround } from './load-ground.ts';
import { saveLoadPolicy, teamIsThere } from './store.ts';
import type { LoadTables } from './tables.ts';
import { loadPolicies, type LoadPolicyFound } from './views.ts';

/** What a team says about load; refused for a team that there is not. */
export const policyOfTeam = async (load: LoadGround, team: string): Promise<LoadPolicyFound> => {
  if (!(await teamIsThere(tablesOf(load), team)))
    throw new Refusal({
      status: 404,
      code: 'oncall.unknown-team',
      title: 'There is no such team',
      detail: `No team is called ${JSON.stringify(team)}.`,
    });
  return (await loadPolicies(tablesOf(load), [team]))(team);
};

/** Sets cap and compensation of a team; the same again changes nothing. */
export const setLoadPolicy = async (
  load: LoadGround,
  actor: Actor,
  team: string,
  wanted: LoadPolicy,
): Promise<void> => {
  const { cap, compensation } = await policyOfTeam(load, team);
  if (isDeepStrictEqual({ cap, compensation }, wanted)) return;
  await load.ground.postgres.transaction<LoadTables, void>(async (tx) => {
    const at = new Date(load.ground.clock.now().epochMilliseconds);
    await saveLoadPolicy(tx, { team, ...wanted, at, by: actor.name });
    await load.ground.ledger.append(tx, {
      kind: 'load-policy.changed',
      subject: `team:${team}`,
      actor: ledgerActor(actor),
      data: { before: { cap, compensation }, after: wanted },
    });
  });
};
