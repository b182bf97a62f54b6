import type { MatchOperator, Matcher, ParsedMatchers } from './matcher.ts';

/**
 * Alertmanager's classic syntax: names of letters, digits, `_` and `:`; values with or without double quotes, in which `\"`, `\n` and
 * `\\` are escapes and any other backslash is itself. A brace at either end is taken away, whether it has its other or not.
 */
export const parseClassic = (text: string): ParsedMatchers => {
  const matchers: Matcher[] = [];
  for (const part of splitOutsideQuotes(text.replace(/^\{/u, '').replace(/\}$/u, ''))) {
    const parsed = parseOne(part);
    if ('problem' in parsed) return parsed;
    matchers.push(parsed.matcher);
  }
  return { matchers };
};

const splitOutsideQuotes = (text: string): string[] => {
  const parts: string[] = [];
  let [part, quoted, escaped] = ['', false, false];
  for (const character of text) {
    if (character === ',' && !quoted) {
      parts.push(part);
      part = '';
      continue;
    }
    if (character === '"') {
      if (escaped) escaped = false;
      else quoted = !quoted;
    } else escaped = character === '\\' ? !escaped : false;
    part += character;
  }
  const last = part.replaceAll(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
  if (last !== '') parts.push(last);
  return parts;
};

const parseOne = (text: string): { readonly matcher: Matcher } | { readonly problem: string } => {
  const found = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)([^]*)$/u.exec(text);
  if (!found) return { problem: `bad matcher format: ${text}` };
  const said = found[3]!.replaceAll(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/gu, '');
  const value = unescaped(said);
  if (value === null) return { problem: `matcher value contains unescaped double quote: ${said}` };
  return { matcher: { name: found[1]!, op: found[2] as MatchOperator, value } };
};

/** Null where a double quote stands that is neither escaped nor one of a pair around the whole. */
const unescaped = (said: string): string | null => {
  const opened = said.startsWith('"');
  const raw = opened ? said.slice(1) : said;
  let [value, closed] = ['', !opened];
  for (let at = 0; at < raw.length; at++) {
    const character = raw[at]!;
    const next = raw[at + 1];
    if (character === '\\' && next !== undefined) {
      value += next === 'n' ? '\n' : next === '"' || next === '\\' ? next : `\\${next}`;
      at += 1;
    } else if (character === '"') {
      if (closed || at < raw.length - 1) return null;
      closed = true;
    } else value += character;
  }
  return closed ? value : null;
};
