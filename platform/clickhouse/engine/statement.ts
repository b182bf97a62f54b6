import { LexicalError, tokenize, type Token } from './tokens.ts';
import { quote } from '../quote.ts';
import { notWithin } from './settings.ts';
import { outsideFunctions, ownEngine } from './table-functions.ts';

/** Why a text is not run, as ClickHouse's error code and name. */
export interface Objection {
  readonly code: number;
  readonly name: string;
  readonly message: string;
}

export type Admission =
  | { readonly kind: 'refused'; readonly objection: Objection }
  /** Runs as it is (a trailing `;` is gone). */
  | { readonly kind: 'statement'; readonly sql: string; readonly does: 'read' | 'change' | 'insert' }
  /** Reads the request's body, which must lie in a file; `withFile` gives the statement for that file. */
  | { readonly kind: 'insert'; readonly withFile: (path: string) => string };

const syntax = (message: string): Admission => ({
  kind: 'refused',
  objection: { code: 62, name: 'SYNTAX_ERROR', message },
});
const denied = (message: string): Admission => ({
  kind: 'refused',
  objection: { code: 497, name: 'ACCESS_DENIED', message },
});

/** First words that would outlive their request or leave this engine; named to give them a better answer than a syntax error. */
const unserved = new Set([
  'SET',
  'USE',
  'SYSTEM',
  'BACKUP',
  'RESTORE',
  'GRANT',
  'REVOKE',
  'ATTACH',
  'DETACH',
  'UNDROP',
  'MOVE',
  'BEGIN',
  'COMMIT',
  'ROLLBACK',
  'START',
  'EXECUTE',
  'WATCH',
  'COPY',
]);
/** First words that are served; others are no statements. */
const reading = new Set(['SELECT', 'WITH', 'FROM', 'EXPLAIN', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'CHECK', '(']);
const writing = new Set([
  'INSERT',
  'CREATE',
  'ALTER',
  'DROP',
  'RENAME',
  'EXCHANGE',
  'TRUNCATE',
  'OPTIMIZE',
  'DELETE',
  'UPDATE',
  'KILL',
]);
/** What may be created, altered, dropped, …: not users, functions, dictionaries, named collections or caches. */
const objects: Readonly<Record<string, ReadonlySet<string>>> = {
  CREATE: new Set(['TABLE', 'DATABASE', 'VIEW', 'OR']),
  ALTER: new Set(['TABLE']),
  DROP: new Set(['TABLE', 'DATABASE', 'VIEW']),
  RENAME: new Set(['TABLE', 'DATABASE']),
  EXCHANGE: new Set(['TABLES']),
  KILL: new Set(['QUERY', 'MUTATION']),
};
/** Decides whether one request's SQL may run, and in which form. `hasBody`: data came beside the statement. */
export const admit = (sql: string, hasBody: boolean): Admission => {
  if (sql.includes('\0')) return syntax('A statement must not hold a NUL byte');
  let tokens: Token[];
  try {
    tokens = tokenize(sql);
  } catch (error) {
    if (error instanceof LexicalError) return syntax(error.message);
    throw error;
  }
  while (tokens.at(-1)?.text === ';' && tokens.at(-1)?.kind === 'sign') tokens.pop();
  const first = tokens[0];
  if (first === undefined) return syntax('Empty query');
  const semicolon = tokens.find((token) => isSign(token, ';'));
  if (semicolon)
    return syntax(
      `Multi-statements are not allowed: one statement a request, and here another begins after character ${semicolon.from}`,
    );
  const objection = forbiddenFirstWord(tokens) ?? forbiddenReach(tokens) ?? forbiddenSetting(tokens);
  if (objection) return objection;
  const text = sql.slice(0, tokens.at(-1)!.to);
  if (isWord(first, 'INSERT')) return admitInsert(text, tokens, hasBody);
  if (hasBody) return syntax('A body may come only with an INSERT that reads it');
  const hidden = hiddenInsert(tokens);
  if (hidden) return hidden;
  return { kind: 'statement', sql: text, does: reading.has(upper(first)) ? 'read' : 'change' };
};

const forbiddenFirstWord = (tokens: readonly Token[]): Admission | null => {
  const first = upper(tokens[0]!);
  if (unserved.has(first)) return denied(`${first} is not served here: it would outlive or leave its request`);
  if (!reading.has(first) && !writing.has(first))
    return syntax(`A statement does not begin with ${tokens[0]!.text.slice(0, 40)}`);
  const second = tokens[1] ? upper(tokens[1]) : '';
  if (objects[first] && !objects[first].has(second)) return denied(`${first} ${second} is not served here`);
  if (first === 'CREATE' && second === 'OR' && !['TABLE', 'VIEW'].includes(upper(tokens[3] ?? tokens[0]!)))
    return denied('CREATE OR REPLACE is served for tables and views only');
  if (first === 'KILL' && isWord(tokens.at(-1), 'SYNC'))
    return denied('KILL … SYNC never returns in the embedded engine; use ASYNC and ask system.processes');
  return null;
};

/** Functions, engines and clauses that reach files, addresses or programs. */
const forbiddenReach = (tokens: readonly Token[]): Admission | null => {
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (!next) continue;
    const named = token.kind === 'word' || token.kind === 'quoted-name';
    if (named && isSign(next, '(') && outsideFunctions.has(token.text.toLowerCase())) {
      return denied(`The function ${token.text}() reaches outside the tables of this engine and is refused`);
    }
    if (isWord(token, 'INTO') && isWord(next, 'OUTFILE')) return denied('INTO OUTFILE is refused');
    if (isWord(next, 'INFILE')) return denied('FROM INFILE is refused; send the data as the body');
    if (isWord(token, 'ENGINE')) {
      const engine = isSign(next, '=') ? tokens[at + 2] : next;
      const declares = isSign(next, '=')
        ? upper(tokens[0]!) !== 'SELECT' && engine?.kind !== 'string'
        : next.kind === 'word' && ['CREATE', 'EXPLAIN'].includes(upper(tokens[0]!));
      if (declares && engine && !ownEngine.test(engine.text))
        return denied(`Tables of the engine ${engine.text} are refused: it keeps its data elsewhere`);
    }
    if (isWord(token, 'TEMPORARY') && isWord(next, 'TABLE'))
      return denied('Temporary tables would live as long as the request only');
  }
  return null;
};

const forbiddenSetting = (tokens: readonly Token[]): Admission | null => {
  const from = tokens.findIndex((token) => isWord(token, 'SETTINGS'));
  if (from < 0) return null;
  const lifted = tokens
    .slice(from)
    .find((token, at, rest) => notWithin.has(token.text.toLowerCase()) && isSign(rest[at + 1], '='));
  return lifted ? denied(`${lifted.text} belongs to the request and cannot be set within its statement`) : null;
};

/** `EXPLAIN INSERT … VALUES (…)` and the like would still carry inline data. */
const hiddenInsert = (tokens: readonly Token[]): Admission | null => {
  const at = tokens.findIndex((token, index) => isWord(token, 'INSERT') && isWord(tokens[index + 1], 'INTO'));
  if (at < 0) return null;
  const form = insertForm(tokens.slice(at));
  return isWord(tokens[0], 'EXPLAIN') && form.kind === 'select'
    ? null
    : syntax('An INSERT within another statement is refused');
};

type InsertForm =
  | { readonly kind: 'select' }
  /** `INSERT INTO t (a, b) [SETTINGS …] FORMAT F`; `head` is the offset after the table and its columns. */
  | { readonly kind: 'format'; readonly head: number; readonly after: Token | undefined }
  | { readonly kind: 'inline' }
  | { readonly kind: 'unknown'; readonly at: number };

const insertForm = (tokens: readonly Token[]): InsertForm => {
  let at =
    isWord(tokens[2], 'TABLE') && !isSign(tokens[3], '(') && tokens[3]?.kind !== undefined && !isSign(tokens[3], '.')
      ? 3
      : 2;
  if (isWord(tokens[at], 'FUNCTION')) return { kind: 'unknown', at: tokens[at]!.from };
  at += isSign(tokens[at + 1], '.') ? 3 : 1;
  if (isSign(tokens[at], '(') && !isWord(tokens[at + 1], 'SELECT') && !isWord(tokens[at + 1], 'WITH'))
    at = afterParenthesis(tokens, at);
  const head = tokens[at - 1]?.to ?? 0;
  if (isWord(tokens[at], 'SETTINGS')) {
    at += 1;
    while (tokens[at] && !['FORMAT', 'VALUES', 'SELECT', 'WITH'].includes(upper(tokens[at]!))) at += 1;
  }
  const next = tokens[at];
  if (isWord(next, 'SELECT') || isWord(next, 'WITH') || isSign(next, '(')) return { kind: 'select' };
  if (isWord(next, 'VALUES')) return tokens[at + 1] ? { kind: 'inline' } : { kind: 'format', head, after: undefined };
  if (isWord(next, 'FORMAT')) return { kind: 'format', head, after: tokens[at + 2] };
  return { kind: 'unknown', at: next?.from ?? head };
};

const inlineData = syntax(
  'Data within the statement is refused: an embedded engine ends it at the first blank line and runs what follows. Send the rows as the body, or INSERT … SELECT * FROM values(…)',
);

const admitInsert = (sql: string, tokens: readonly Token[], hasBody: boolean): Admission => {
  if (!isWord(tokens[1], 'INTO')) return syntax('INSERT INTO is expected');
  const form = insertForm(tokens);
  if (form.kind === 'inline') return inlineData;
  if (form.kind === 'unknown') return syntax(`Cannot read this INSERT at character ${form.at}`);
  if (form.kind === 'select') return admitInsertSelect(sql, tokens, hasBody);
  if (form.after) return inlineData;
  if (!hasBody) return syntax('The rows of this INSERT are expected as the body of the request');
  const { head } = form;
  const rest = /^\s*VALUES$/i.test(sql.slice(head)) ? ' FORMAT Values' : sql.slice(head);
  return {
    kind: 'insert',
    withFile: (path) => `${sql.slice(0, head)} FROM INFILE ${quote(path)} COMPRESSION 'none' ${rest}`,
  };
};

/** `INSERT INTO t SELECT … FROM input('a Int64') FORMAT RowBinary` becomes the same over `file(…)`. */
const admitInsertSelect = (sql: string, tokens: readonly Token[], hasBody: boolean): Admission => {
  const inputs = tokens.flatMap((token, at) => (isWord(token, 'INPUT') && isSign(tokens[at + 1], '(') ? [at] : []));
  if (inputs.length === 0)
    return hasBody
      ? syntax("A body came, but the INSERT does not read it by input('…')")
      : { kind: 'statement', sql, does: 'insert' };
  const [at] = inputs as [number];
  const [structure, closing, word, format] = [tokens[at + 2], tokens[at + 3], tokens.at(-2), tokens.at(-1)];
  if (inputs.length > 1) return syntax('input() may stand once in a statement');
  if (structure?.kind !== 'string' || !isSign(closing, ')'))
    return syntax("input() takes one string: input('a Int64, b String')");
  if (!isWord(word, 'FORMAT') || format?.kind !== 'word')
    return syntax('An INSERT from input() ends with FORMAT and its name');
  if (!hasBody) return syntax('The rows of this INSERT are expected as the body of the request');
  const [name, structureText] = [format.text, sql.slice(structure.from, structure.to)];
  const [before, after] = [sql.slice(0, tokens[at]!.from), sql.slice(closing!.to, word!.from)];
  return {
    kind: 'insert',
    withFile: (path) => `${before}file(${quote(path)}, ${name}, ${structureText}, 'none')${after}`,
  };
};

const upper = (token: Token): string =>
  token.kind === 'word' || token.kind === 'sign' ? token.text.toUpperCase() : '';
const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'word' && token.text.toUpperCase() === text;
const isSign = (token: Token | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text;

const afterParenthesis = (tokens: readonly Token[], opening: number): number => {
  let depth = 0;
  for (let at = opening; at < tokens.length; at += 1) {
    if (isSign(tokens[at], '(')) depth += 1;
    if (isSign(tokens[at], ')') && --depth === 0) return at + 1;
  }
  return tokens.length;
};
