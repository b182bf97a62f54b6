import { stringify as toYaml } from 'yaml';

export const outputForms = ['table', 'json', 'yaml'] as const;
export type OutputForm = (typeof outputForms)[number];

/** Widest cell of a table; longer text is cut with an ellipsis (json and yaml never cut). */
const cellWidthMax = 80;

/** Prints rows or a value on standard output. For a table, `columns` names the fields and their order. */
export const printAs = (form: OutputForm, value: unknown, columns?: readonly string[]): void => {
  process.stdout.write(
    form === 'json'
      ? `${JSON.stringify(value, null, 2)}\n`
      : form === 'yaml'
        ? toYamlText(value)
        : tableText(value, columns),
  );
};

/**
 * Several documents are separated as YAML separates them, so that `leadline get -o yaml` can be applied again. What readers of YAML 1.1
 * (Python's, Ruby's) take for something else, such as 17:00 for a number and 2026-01-05 for a date, is quoted.
 */
const toYamlText = (value: unknown): string =>
  Array.isArray(value) ? value.map(toYamlDocument).join('---\n') : toYamlDocument(value);

const toYamlDocument = (value: unknown): string => toYaml(value, { compat: 'yaml-1.1' });

const tableText = (value: unknown, columns?: readonly string[]): string => {
  const rows = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[];
  if (rows.length === 0) return 'Nothing found.\n';
  if (typeof rows[0] !== 'object' || rows[0] === null) return rows.map((row) => `${String(row)}\n`).join('');
  const names = columns ?? Object.keys(rows[0]);
  const cells = rows.map((row) => names.map((name) => cellText(row[name])));
  const widths = names.map((name, index) => Math.max(name.length, ...cells.map((row) => row[index]!.length)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => (index === texts.length - 1 ? text : text.padEnd(widths[index]!)))
      .join('  ')
      .trimEnd();
  return `${[line(names.map((name) => name.toUpperCase())), ...cells.map(line)].join('\n')}\n`;
};

const cellText = (value: unknown): string => {
  const text =
    value === null || value === undefined ? '-' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const flat = text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');
  return flat.length > cellWidthMax ? `${flat.slice(0, cellWidthMax - 1)}…` : flat;
};
