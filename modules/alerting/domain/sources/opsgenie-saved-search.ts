import { isObject, textOf } from './fields.ts';
import { readOpsgenieQuery } from './opsgenie-query.ts';
import { respondersIn, type FieldFaults, type OpsgenieResponder } from './opsgenie.ts';

/** A search that is kept under a name. */
export interface SavedSearch {
  readonly name: string;
  readonly query: string;
  readonly description: string;
  /** Whom a client says that it belongs to: kept and shown, never looked at. */
  readonly owner: { readonly id?: string; readonly username?: string } | null;
  readonly teams: readonly OpsgenieResponder[];
}

export const searchLimits = { name: 100, description: 15_000, searches: 100 } as const;

export type ReadSearch =
  | { readonly ok: true; readonly said: SavedSearch }
  | { readonly ok: false; readonly errors: FieldFaults };

/** Body of `POST …/saved-searches` and, with what was said before, of `PATCH`. */
export const readSavedSearch = (body: unknown, before: SavedSearch | null): ReadSearch => {
  if (!isObject(body)) return { ok: false, errors: { body: 'should be a JSON object' } };
  const errors: Record<string, string> = {};
  const name = textOf(body['name']) ?? before?.name ?? '';
  const query = textOf(body['query']) ?? before?.query ?? '';
  if (name === '') errors['name'] = 'name can not be empty.';
  if (name.length > searchLimits.name) errors['name'] = `should not be longer than ${searchLimits.name} characters`;
  if (query === '') errors['query'] = 'query can not be empty.';
  const read = readOpsgenieQuery(query);
  if (!read.ok) errors['query'] = read.error;
  const { owner: given } = body;
  if (given !== undefined && given !== null && !isObject(given))
    errors['owner'] = 'should be an object with a username';
  const teams = body['teams'] === undefined ? (before?.teams ?? []) : respondersIn(body['teams'], 'teams', errors);
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const owner = isObject(given) ? ownerOf(given) : (before?.owner ?? null);
  const description = (textOf(body['description']) ?? before?.description ?? '').slice(0, searchLimits.description);
  return { ok: true, said: { name, query, description, owner, teams } };
};

const ownerOf = (given: Readonly<Record<string, unknown>>): SavedSearch['owner'] => {
  const [id, username] = [textOf(given['id']), textOf(given['username'])];
  return {
    ...(id === null ? {} : { id: id.slice(0, 255) }),
    ...(username === null ? {} : { username: username.slice(0, 255) }),
  };
};
