import { conditionOf, type OpsgenieCondition } from './opsgenie-query-fields.ts';

/**
 * A search in Opsgenie's language (support.atlassian.com/opsgenie, "Search queries for alerts"): conditions with AND, OR, NOT and
 * brackets; two beside each other mean AND.
 */
export type OpsgenieQuery =
  | { readonly all: readonly OpsgenieQuery[] }
  | { readonly any: readonly OpsgenieQuery[] }
  | { readonly not: OpsgenieQuery }
  | OpsgenieCondition;

export type ReadQuery =
  | { readonly ok: true; readonly query: OpsgenieQuery }
  | { readonly ok: false; readonly error: string };

export const queryLimits = { length: 1_000, conditions: 50, depth: 20 } as const;

/** What is not understood is refused with its place, because an answer that silently leaves it out would be wrong. */
export const readOpsgenieQuery = (text: string): ReadQuery => {
  if (text.length > queryLimits.length)
    return { ok: false, error: `the query should not be longer than ${queryLimits.length} characters` };
  try {
    const reading: Reading = { tokens: tokensOf(text), at: 0, conditions: 0, depth: 0 };
    if (reading.tokens.length === 0) return { ok: true, query: { all: [] } };
    const query = either(reading, null);
    const rest = reading.tokens[reading.at];
    return rest === undefined ? { ok: true, query } : { ok: false, error: unclear(rest) };
  } catch (error) {
    if (error instanceof QueryFault) return { ok: false, error: error.message };
    throw error;
  }
};

class QueryFault extends Error {}

type Compared = ':' | '=' | '!=' | '<' | '>' | '<=' | '>=';
interface Token {
  readonly kind: 'word' | 'quoted' | 'open' | 'close' | 'compare';
  readonly text: string;
  /** From here on, for what is not understood. */
  readonly rest: string;
}
interface Reading {
  readonly tokens: readonly Token[];
  at: number;
  conditions: number;
  depth: number;
}
/** The field before a bracket holds for all that stands in it: `message: (disk OR fan)`. */
type Field = { readonly name: string; readonly compared: Compared } | null;

const quotedForm = '"((?:[^"\\\\]|\\\\.)*)"';
const tokenForm = new RegExp(`\\s*(?:${quotedForm}|([()])|(<=|>=|!=|[:=<>])|((?:[^\\s"():=<>!]|!(?!=))+))`, 'uy');
/** Behind a comparison stands a value, in which a colon is a sign as every other: `createdAt > 14-02-2017T10:00:00`. */
const valueForm = new RegExp(`\\s*(?:${quotedForm}|([()])|([:=<>])(?=$)|([^\\s"()]+))`, 'uy');

const tokensOf = (text: string): readonly Token[] => {
  const said = text.trimEnd();
  const tokens: Token[] = [];
  for (let at = 0; at < said.length;) {
    const form = tokens.at(-1)?.kind === 'compare' ? valueForm : tokenForm;
    form.lastIndex = at;
    const rest = said.slice(at).trimStart();
    const found = form.exec(said);
    if (!found) throw new QueryFault(unclear({ rest }));
    at = form.lastIndex;
    const [, quoted, bracket, compare, word] = found;
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll(/\\(.)/gu, '$1'), rest });
    else if (bracket !== undefined) tokens.push({ kind: bracket === '(' ? 'open' : 'close', text: bracket, rest });
    else if (compare !== undefined) tokens.push({ kind: 'compare', text: compare, rest });
    else tokens.push({ kind: 'word', text: word!, rest });
  }
  return tokens;
};

const peek = (reading: Reading, ahead = 0): Token | undefined => reading.tokens[reading.at + ahead];
const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === text;

const either = (reading: Reading, field: Field): OpsgenieQuery => {
  const parts = [every(reading, field)];
  while (isWord(peek(reading), 'OR')) {
    reading.at += 1;
    parts.push(every(reading, field));
  }
  return parts.length === 1 ? parts[0]! : { any: parts };
};

const every = (reading: Reading, field: Field): OpsgenieQuery => {
  const parts = [one(reading, field)];
  for (;;) {
    const next = peek(reading);
    if (next === undefined || next.kind === 'close' || isWord(next, 'OR')) break;
    if (isWord(next, 'AND')) reading.at += 1;
    parts.push(one(reading, field));
  }
  return parts.length === 1 ? parts[0]! : { all: parts };
};

const one = (reading: Reading, field: Field): OpsgenieQuery => {
  const token = peek(reading);
  if (token === undefined) throw new QueryFault('the query ends where a condition was expected');
  if (isWord(token, 'NOT')) {
    reading.at += 1;
    return { not: deeper(reading, () => one(reading, field)) };
  }
  if (token.kind === 'open') return bracket(reading, field);
  const compare = peek(reading, 1);
  if (field === null && token.kind === 'word' && compare?.kind === 'compare') {
    reading.at += 2;
    const named = { name: token.text, compared: compare.text as Compared };
    return peek(reading)?.kind === 'open' ? bracket(reading, named) : condition(reading, named);
  }
  return condition(reading, field);
};

const bracket = (reading: Reading, field: Field): OpsgenieQuery => {
  reading.at += 1;
  const inner = deeper(reading, () => either(reading, field));
  if (peek(reading)?.kind !== 'close') throw new QueryFault('a bracket is not closed');
  reading.at += 1;
  return inner;
};

const deeper = (reading: Reading, read: () => OpsgenieQuery): OpsgenieQuery => {
  reading.depth += 1;
  if (reading.depth > queryLimits.depth) throw new QueryFault(`brackets stand more than ${queryLimits.depth} deep`);
  const query = read();
  reading.depth -= 1;
  return query;
};

const condition = (reading: Reading, field: Field): OpsgenieQuery => {
  const token = peek(reading);
  const isValue = token?.kind === 'quoted' || (token?.kind === 'word' && !/^(?:AND|OR|NOT)$/u.test(token.text));
  if (token === undefined) throw new QueryFault('the query ends where a value was expected');
  if (!isValue) throw new QueryFault(unclear(token));
  reading.at += 1;
  reading.conditions += 1;
  if (reading.conditions > queryLimits.conditions)
    throw new QueryFault(`a query has at most ${queryLimits.conditions} conditions`);
  const { name = null, compared = ':' } = field ?? {};
  const isNot = compared === '!=';
  const made = conditionOf({
    field: name,
    compared: isNot ? '=' : compared,
    value: token.text,
    isQuoted: token.kind === 'quoted',
  });
  if (typeof made === 'string') throw new QueryFault(made);
  return isNot ? { not: made } : made;
};

const unclear = ({ rest }: { readonly rest: string }): string =>
  `the query is not understood from here on: ${rest.slice(0, 100)}`;
