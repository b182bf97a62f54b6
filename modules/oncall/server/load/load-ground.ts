import type { Actor } from '../../../../platform/http/http.ts';
import type { LedgerActor } from '../../../../platform/ledger/ledger.ts';
import type { PeopleGround } from '../people/people-ground.ts';
import type { SchedulesTables } from '../schedules/tables.ts';
import type { LoadTables } from './tables.ts';

/** What the commands of load stand on. */
export type LoadGround = PeopleGround;

/** The tables that load reads together. */
export type AllTables = LoadTables & SchedulesTables;

export const tablesOf = ({ ground }: LoadGround) => ground.postgres.tables<AllTables>();

export const ledgerActor = ({ kind, id, name }: Actor): LedgerActor => ({ kind, id, name });

export const system: LedgerActor = { kind: 'system', id: 'oncall', name: 'On-call' };

/** The person behind a session or a token. */
export const personIdOf = (actor: Actor): string | null =>
  actor.kind === 'person' ? actor.id : (actor.ownerId ?? null);
