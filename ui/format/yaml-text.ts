/**
 * A plain value (objects, lists, texts, numbers, true, false, null) as YAML 1.2: what is shown beside a form at each key, without
 * the forty kilobytes of a whole YAML library. A text that could be read as something else is quoted as in JSON.
 */
export const yamlText = (value: unknown): string => `${block(value, 0)}\n`;

const pad = (depth: number): string => '  '.repeat(depth);

const block = (value: unknown, depth: number): string => {
  if (Array.isArray(value) && value.length > 0)
    return value.map((item) => `${pad(depth)}- ${inItem(item, depth + 1)}`).join('\n');
  if (isMapping(value))
    return Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => `${pad(depth)}${plain(key)}:${after(inner, depth + 1)}`)
      .join('\n');
  return `${pad(depth)}${scalar(value, depth)}`;
};

/** What follows a key: on the same line, or below and deeper. */
const after = (value: unknown, depth: number): string =>
  isDeep(value) ? `\n${block(value, depth)}` : ` ${scalar(value, depth)}`;

/** What follows a dash: its first line stands on the line of the dash. */
const inItem = (value: unknown, depth: number): string =>
  isDeep(value) ? block(value, depth).slice(2 * depth) : scalar(value, depth);

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
const isDeep = (value: unknown): boolean => isMapping(value) || (Array.isArray(value) && value.length > 0);

const scalar = (value: unknown, depth: number): string => {
  if (typeof value !== 'string') return JSON.stringify(value ?? null);
  // Lines of text stay lines; where blanks at an edge mean something, quotes keep them.
  if (/^\S[^\r\t]*\n[^\r\t]*\S\n?$/.test(value) && !/[^\S\n]\n|\n\n$/.test(value)) {
    const [text, ends] = value.endsWith('\n') ? [value.slice(0, -1), '|'] : [value, '|-'];
    return `${ends}\n${text
      .split('\n')
      .map((line) => (line === '' ? '' : pad(depth) + line))
      .join('\n')}`;
  }
  return plain(value);
};

/** Words that some reader takes for something else than text. */
const taken = /^(true|false|null|yes|no|on|off|y|n|~)$/i;

const plain = (text: string): string =>
  /^[A-Za-z_/][^\n\r\t"'\\{}[\]&*!|>`,#:%@]*$/.test(text.replaceAll(/:(?=\S)/g, '')) &&
  !/:\s|:$|\s$|\s#/.test(text) &&
  !taken.test(text)
    ? text
    : quoted(text);

/** Matchers and JSON read better where their double quotes need no backslash. */
const quoted = (text: string): string =>
  /^[ -&(-[\]-~]*"[ -&(-[\]-~]*$/.test(text) ? `'${text}'` : JSON.stringify(text);
