/** One lexical piece of a statement; `from`/`to` are offsets in the text. Comments and white space leave no token. */
export interface Token {
  readonly kind: 'word' | 'quoted-name' | 'string' | 'number' | 'sign';
  /** As written for words, numbers and signs; without its quotes for names and strings (escapes are left as they are). */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** The text is not one that this lexer and ClickHouse's own read the same way; nothing of it may run. */
export class LexicalError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(`${message} (at character ${at})`);
    this.name = 'LexicalError';
    this.at = at;
  }
}

const space = /[ \t\r\n\f\v]+/y;
const word = /[A-Za-z_][A-Za-z0-9_$]*/y;
const number = /[0-9][A-Za-z0-9_.]*/y;
const heredocOpening = /\$[A-Za-z0-9_]*\$/y;
const hexadecimalOrBinary = /'[0-9a-fA-F]*'/y;

/**
 * Splits one SQL text as ClickHouse's lexer does (src/Parsers/Lexer.cpp), but refuses every spelling on which the two
 * could differ: characters beyond ASCII outside quotes (ClickHouse takes typographic quotes for quotes), a comment
 * within a comment, `\` and lone `$` outside quotes, hexadecimal strings that are none. What is accepted is therefore
 * split in the same way by both, and a `;` that is not seen here is not seen there.
 */
export const tokenize = (sql: string): Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const skipped = skipBlank(sql, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const token = nextToken(sql, at, tokens.at(-1));
    tokens.push(token);
    at = token.to;
  }
  return tokens;
};

/** End of the white space or comment that begins at `at`; `at` itself where neither does. */
const skipBlank = (sql: string, at: number): number => {
  const blank = match(space, sql, at);
  if (blank !== null) return at + blank.length;
  const two = sql.slice(at, at + 2);
  if (two === '--' || two === '# ' || two === '#!') {
    const end = sql.indexOf('\n', at);
    return end < 0 ? sql.length : end + 1;
  }
  if (two !== '/*') return at;
  const end = sql.indexOf('*/', at + 2);
  if (end < 0) throw new LexicalError('A comment is not closed', at);
  if (sql.slice(at + 2, end).includes('/*')) throw new LexicalError('A comment within a comment is refused', at);
  return end + 2;
};

const nextToken = (sql: string, at: number, before: Token | undefined): Token => {
  const first = sql[at]!;
  if (first === "'") return literal(sql, at, before);
  if (first === '"' || first === '`') return quoted(sql, at, 'quoted-name');
  if (first === '$') return heredoc(sql, at);
  const asWord = match(word, sql, at);
  if (asWord !== null) return { kind: 'word', text: asWord, from: at, to: at + asWord.length };
  const asNumber = match(number, sql, at);
  if (asNumber !== null) {
    const to = at + asNumber.length;
    if (sql[to] === '$') throw new LexicalError('A name that begins with a digit must be quoted', at);
    return { kind: 'number', text: asNumber, from: at, to };
  }
  if (first < '!' || first > '~') throw new LexicalError('A character beyond ASCII must stand in quotes', at);
  if (first === '\\') throw new LexicalError('A backslash must stand in quotes', at);
  return { kind: 'sign', text: first, from: at, to: at + 1 };
};

/** `x'…'` and `b'…'` know no escapes in ClickHouse, so their content has to be plain. */
const literal = (sql: string, at: number, before: Token | undefined): Token => {
  const prefixed = before?.kind === 'word' && before.to === at;
  if (prefixed && match(hexadecimalOrBinary, sql, at) === null) {
    throw new LexicalError('A string directly after a word must be hexadecimal or binary', at);
  }
  return quoted(sql, at, 'string');
};

const quoted = (sql: string, at: number, kind: 'string' | 'quoted-name'): Token => {
  const quote = sql[at]!;
  let end = at + 1;
  while (end < sql.length) {
    if (sql[end] === '\\') end += 2;
    else if (sql[end] === quote && sql[end + 1] === quote) end += 2;
    else if (sql[end] === quote) return { kind, text: sql.slice(at + 1, end), from: at, to: end + 1 };
    else end += 1;
  }
  throw new LexicalError(`A ${kind === 'string' ? 'string' : 'quoted name'} is not closed`, at);
};

const heredoc = (sql: string, at: number): Token => {
  const opening = match(heredocOpening, sql, at);
  const end = opening === null ? -1 : sql.indexOf(opening, at + opening.length);
  if (opening === null || end < 0) throw new LexicalError('A dollar sign must open and close a heredoc', at);
  return { kind: 'string', text: sql.slice(at + opening.length, end), from: at, to: end + opening.length };
};

const match = (pattern: RegExp, sql: string, at: number): string | null => {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0] ?? null;
};
