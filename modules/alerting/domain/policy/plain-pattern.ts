const alternativesMax = 1_000;

/**
 * A test for patterns that need no engine, because most matchers are such: words (`a|b|c`), with `.*` or `.+` before or behind them.
 * Null for every other pattern. As in RE2 the dot does not match a line feed.
 */
export const plainTest = (pattern: string): ((text: string) => boolean) | null => {
  const inner = /^\(\?:(.*)\)$|^\(([^?].*)?\)$/su.exec(pattern);
  const body = inner ? (inner[1] ?? inner[2] ?? '') : pattern;
  const parts: Part[] = [];
  for (const alternative of splitAlternatives(body)) {
    const part = partOf(alternative);
    if (part === null || parts.length >= alternativesMax) return null;
    parts.push(part);
  }
  const words = new Set(parts.flatMap((part) => (part.before === null && part.behind === null ? [part.word] : [])));
  const open = parts.filter((part) => part.before !== null || part.behind !== null);
  if (open.length === 0) return (text) => words.has(text);
  return (text) => words.has(text) || open.some((part) => fits(part, text));
};

/** Wildcards before and behind a word: null for none, else how many characters they need at least. */
interface Part {
  readonly before: 0 | 1 | null;
  readonly word: string;
  readonly behind: 0 | 1 | null;
}

const fits = ({ before, word, behind }: Part, text: string): boolean => {
  if (before === null) return text.startsWith(word) && isRun(text.slice(word.length), behind ?? 0);
  if (behind === null) return text.endsWith(word) && isRun(text.slice(0, text.length - word.length), before);
  if (word === '') return isRun(text, (before + behind) as 0 | 1 | 2);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (isRun(text.slice(0, at), before) && isRun(text.slice(at + word.length), behind)) return true;
  return false;
};

/** At least `least` characters, none of them a line feed. */
const isRun = (text: string, least: 0 | 1 | 2): boolean =>
  !text.includes('\n') && (least === 0 || (least === 1 ? text.length > 0 : [...text].length > 1));

const splitAlternatives = (body: string): string[] => {
  const found: string[] = [''];
  for (let at = 0; at < body.length; at++) {
    if (body[at] === '|') found.push('');
    else if (body[at] === '\\') found[found.length - 1] += body.slice(at, ++at + 1);
    else found[found.length - 1] += body[at]!;
  }
  return found;
};

const partOf = (alternative: string): Part | null => {
  const found = /^(\.[*+])?((?:[^.*+?()|[\]{}^$\\]|\\[^\p{L}\p{N}\s_])*)(\.[*+])?$/su.exec(alternative);
  if (!found) return null;
  const wild = (text: string | undefined): 0 | 1 | null => (text === undefined ? null : text === '.+' ? 1 : 0);
  return {
    before: wild(found[1]),
    word: found[2]!.replaceAll(/\\(.)/gsu, '$1'),
    behind: wild(found[3]),
  };
};

/**
 * What every text that a pattern fits must begin with; empty where that cannot be told at a glance. Most texts are told from a pattern by
 * it, without an engine.
 */
export const literalPrefix = (pattern: string): string => {
  if (pattern.includes('|')) return '';
  const found = /^(?:[^.*+?()|[\]{}^$\\]|\\[^\p{L}\p{N}\s_])*/u.exec(pattern)![0];
  // A quantifier belongs to the last character, which may then be missing; also one behind flags: `a(?i)*`.
  const parts = found.match(/\\.|[^\\]/gsu) ?? [];
  const sure = /^[*+?{(]/u.test(pattern.slice(found.length)) ? parts.slice(0, -1) : parts;
  return sure.map((part) => (part.startsWith('\\') ? part.slice(1) : part)).join('');
};
