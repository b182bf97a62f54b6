import type { MatchOperator, Matcher, ParsedMatchers } from './matcher.ts';
import { unquoteGo } from './unquote-go.ts';

/**
 * Alertmanager's syntax since 0.27: names and values are bare words without reserved characters, or text in double quotes with the
 * escapes of Go. Problems name the columns, counted in characters, as Alertmanager does.
 */
export const parseUtf8 = (text: string): ParsedMatchers => {
  const scanned = tokensOf(text);
  const tokens = scanned.tokens;
  /** What is wrong where no token follows: the text itself, or that it ends. */
  const over = scanned.problem ?? `0:${[...text].length}: end of input`;
  let at = 0;
  const braced = tokens[0]?.kind === '{';
  if (braced) at += 1;
  const matchers: Matcher[] = [];
  const fault = (expected: string): { problem: string } => {
    const token = tokens[at];
    return { problem: `${token ? `${token.from}:${token.to}: unexpected ${token.text}` : over}: ${expected}` };
  };
  for (let first = true; at < tokens.length && tokens[at]!.kind !== '}'; first = false) {
    if (!first) {
      if (tokens[at]!.kind !== ',') return fault('expected a comma or close brace');
      at += 1;
      if (at >= tokens.length || tokens[at]!.kind === '}') break;
    }
    const read = matcherAt(tokens, at);
    if ('expected' in read) {
      at = read.at;
      return fault(read.expected);
    }
    if ('problem' in read) return read;
    matchers.push(read.matcher);
    at += 3;
  }
  if (scanned.problem !== null && at >= tokens.length) {
    if (matchers.length === 0) return { problem: scanned.problem };
    return fault(
      tokens.at(-1)?.kind === ',' ? 'expected a matcher or close brace after comma' : 'expected a comma or close brace',
    );
  }
  const close = tokens[at];
  if (braced && close === undefined) return fault('expected close brace');
  if (!braced && close !== undefined) return { problem: `0:${close.to}: }: expected opening brace` };
  if (braced) at += 1;
  return at < tokens.length
    ? { problem: `${tokens[at]!.from}:${tokens[at]!.to}: ${tokens[at]!.text}: expected end of input` }
    : { matchers };
};

type Kind = '{' | '}' | ',' | 'operator' | 'quoted' | 'bare';

interface Token {
  readonly kind: Kind;
  readonly text: string;
  /** Columns, from before the first character to behind the last. */
  readonly from: number;
  readonly to: number;
}

const matcherAt = (
  tokens: readonly Token[],
  at: number,
): { matcher: Matcher } | { problem: string } | { expected: string; at: number } => {
  const [name, operator, value] = [tokens[at], tokens[at + 1], tokens[at + 2]];
  if (!isWord(name)) return { expected: 'expected label name', at };
  const said = wordOf(name);
  if (said === null) return { problem: `${name.from}:${name.to}: ${name.text}: invalid input` };
  if (operator?.kind !== 'operator')
    return { expected: "expected an operator such as '=', '!=', '=~' or '!~'", at: at + 1 };
  if (!isWord(value)) return { expected: 'expected label value', at: at + 2 };
  const text = wordOf(value);
  if (text === null) return { problem: `${value.from}:${value.to}: ${value.text}: invalid input` };
  return { matcher: { name: said, op: operator.text as MatchOperator, value: text } };
};

const isWord = (token: Token | undefined): token is Token => token?.kind === 'quoted' || token?.kind === 'bare';

const wordOf = ({ kind, text }: Token): string | null => (kind === 'quoted' ? unquoteGo(text) : text);

const bare = /[^\p{White_Space}{}!=~,\\"'`]+/uy;
const quoted = /"(?:[^"\\]|\\[^])*"/uy;
const operator = /=~|=|!=|!~/uy;
const space = /\p{White_Space}+/uy;

/** The tokens until the first character that begins none, and what is wrong there. */
const tokensOf = (text: string): { readonly tokens: readonly Token[]; readonly problem: string | null } => {
  const tokens: Token[] = [];
  let [at, column] = [0, 0];
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (at < text.length) {
    const character = text[at]!;
    const blank = take(space);
    if (blank !== null) {
      at += blank.length;
      column += [...blank].length;
      continue;
    }
    const single = '{},'.includes(character) ? character : null;
    const found =
      single !== null
        ? { kind: single as Kind, text: single }
        : (wordAt('operator', take(operator)) ?? wordAt('quoted', take(quoted)) ?? wordAt('bare', take(bare)));
    if (found === null) return { tokens, problem: problemAt(text, at, column) };
    const width = [...found.text].length;
    tokens.push({ ...found, from: column, to: column + width });
    at += found.text.length;
    column += width;
  }
  return { tokens, problem: null };
};

const wordAt = (kind: Kind, text: string | null): { kind: Kind; text: string } | null =>
  text === null ? null : { kind, text };

const problemAt = (text: string, at: number, column: number): string => {
  const character = String.fromCodePoint(text.codePointAt(at)!);
  const rest = text.slice(at);
  if (character === '"') return `${column}:${column + [...rest].length}: ${rest}: missing end "`;
  if (character === '!')
    return rest.length === 1
      ? `${column}:${column + 1}: unexpected end of input, expected one of '=~'`
      : `${column}:${column + 1}: !: expected one of '=~'`;
  return `${column}:${column + 1}: ${character}: invalid input`;
};
