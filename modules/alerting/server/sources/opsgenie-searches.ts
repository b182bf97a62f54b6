import { newId } from '../../../../platform/clock/id.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import { readSavedSearch } from '../../domain/sources/opsgenie-saved-search.ts';
import type { AlertTables } from '../intake/tables.ts';
import type { SourceAnswer, SourceCall } from '../integrations/source.ts';
import { noSuch, shown, unprocessable, type Took } from './opsgenie-answer.ts';
import { bodyOf, type OpsgenieGround } from './opsgenie-ground.ts';
import * as store from './opsgenie-saved-search-store.ts';

/** `/v2/alerts/saved-searches` and one of them: searches that clients keep under a name. */
export const takeSearch = async (
  ground: OpsgenieGround,
  call: SourceCall,
  took: Took,
  search: string | null,
): Promise<SourceAnswer> => {
  const db = ground.postgres.tables<AlertTables>();
  const integration = call.integration.id;
  if (search === null && call.method === 'GET') {
    const rows = await store.savedSearches(db, integration, null);
    return shown(call, took, { data: rows.map(({ id, name }) => ({ id, name })) });
  }
  if (search === null && call.method === 'POST') {
    const read = readSavedSearch(bodyOf(call), null);
    if (!read.ok) throw unprocessable(read.errors);
    const said = storable(read.said);
    const id = newId();
    if (!(await store.insertSearch(db, { id, integration, said }))) throw taken(said.name);
    return shown(call, took, { data: { id, name: said.name } }, 201);
  }
  if (search === null) throw noSuch(`There is no ${call.method} ${call.path} here`);
  const row = await searchNamed(ground, call, { identifier: search, type: call.query['identifierType'] });
  if (call.method === 'GET') return shown(call, took, { data: shape(row) });
  if (call.method === 'PATCH' || call.method === 'PUT') {
    const read = readSavedSearch(bodyOf(call), { name: row.name, ...row.said });
    if (!read.ok) throw unprocessable(read.errors);
    const said = storable(read.said);
    if (!(await store.changeSearch(db, { id: row.id, integration, said }))) throw taken(said.name);
    return shown(call, took, { data: { id: row.id, name: said.name } });
  }
  if (call.method !== 'DELETE') throw noSuch(`There is no ${call.method} ${call.path} here`);
  await store.removeSearch(db, integration, row.id);
  return shown(call, took, { result: 'Deleted' });
};

/** The saved search that a client means. Throws the Refusal where there is none. */
export const searchNamed = async (
  ground: OpsgenieGround,
  { integration }: Pick<SourceCall, 'integration'>,
  { identifier, type = 'id' }: { readonly identifier: string; readonly type: string | undefined },
): Promise<store.SavedSearchRow> => {
  if (type !== 'id' && type !== 'name') throw unprocessable({ identifierType: 'should be one of [ id, name ]' });
  const db = ground.postgres.tables<AlertTables>();
  const [row] = await store.savedSearches(db, integration.id, { identifier, type });
  if (row) return row;
  throw noSuch(`Saved search with ${type} [${identifier}] does not exist.`);
};

const taken = (name: string) =>
  unprocessable({ name: `There is a saved search named [${name}] already, or there are as many as may be.` });

const shape = ({ id, name, said, made_at, changed_at }: store.SavedSearchRow) => ({
  id,
  name,
  description: said.description,
  query: said.query,
  teams: said.teams,
  ...(said.owner === null ? {} : { owner: said.owner }),
  createdAt: made_at.toISOString(),
  updatedAt: changed_at.toISOString(),
});
