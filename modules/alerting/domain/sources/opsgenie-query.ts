/** A search in Opsgenie's language, as far as it can be answered: conditions that all hold. */
export interface OpsgenieQuery {
  readonly status: 'open' | 'closed' | null;
  readonly acknowledged: boolean | null;
  readonly priority: string | null;
  readonly tags: readonly string[];
  readonly alias: string | null;
  readonly tinyId: string | null;
  readonly entity: string | null;
  readonly source: string | null;
  readonly owner: string | null;
  /** Words that stand in the message or the description. */
  readonly words: readonly string[];
}

export type ReadQuery =
  | { readonly ok: true; readonly query: OpsgenieQuery }
  | { readonly ok: false; readonly error: string };

const conditionsMax = 20;
const term = /\s*(?:([A-Za-z]+)\s*[:=]\s*)?(?:"([^"]*)"|([^\s"():]+))(?:\s+AND\b)?/uy;

/**
 * `status: open AND priority: P1 tag: disk "some words"`; OR, NOT, brackets and comparisons are refused, because an answer that
 * silently leaves them out would be wrong.
 */
export const readOpsgenieQuery = (text: string): ReadQuery => {
  const query = { ...everything, tags: [] as string[], words: [] as string[] };
  const said = text.trim();
  let count = 0;
  for (term.lastIndex = 0; term.lastIndex < said.length; count += 1) {
    const from = term.lastIndex;
    const found = term.exec(said);
    if (!found || count >= conditionsMax) return unclear(said.slice(from));
    const [, field, quoted, bare] = found;
    const value = quoted ?? bare ?? '';
    if (quoted === undefined && /^(OR|NOT|AND)$|^[<>*]/u.test(value)) return unclear(said.slice(from));
    const fault = field === undefined ? void query.words.push(value) : setField(query, field.toLowerCase(), value);
    if (typeof fault === 'string') return { ok: false, error: fault };
  }
  return { ok: true, query };
};

const everything: OpsgenieQuery = {
  status: null,
  acknowledged: null,
  priority: null,
  tags: [],
  alias: null,
  tinyId: null,
  entity: null,
  source: null,
  owner: null,
  words: [],
};

type Writable = { -readonly [Name in keyof OpsgenieQuery]: OpsgenieQuery[Name] } & { tags: string[]; words: string[] };

const setField = (query: Writable, field: string, value: string): string | undefined => {
  if (field === 'status') {
    if (value !== 'open' && value !== 'closed') return `status is open or closed, not ${value}`;
    query.status = value;
  } else if (field === 'acknowledged') query.acknowledged = value === 'true';
  else if (field === 'tag' || field === 'tags') query.tags.push(value);
  else if (field === 'message' || field === 'description') query.words.push(value);
  else if (field === 'tinyid') query.tinyId = value;
  else if (field === 'priority') query.priority = value.toUpperCase();
  else if (field === 'alias' || field === 'entity' || field === 'source' || field === 'owner') query[field] = value;
  else return `alerts cannot be searched by ${field} here`;
  return undefined;
};

const unclear = (rest: string): ReadQuery => ({
  ok: false,
  error: `the query is not understood from here on: ${rest.slice(0, 100)}`,
});
