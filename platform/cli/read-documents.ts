import { isMap, isNode, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';

/** Largest file of documents and most documents in one: declared state, not data. */
export const documentBytesMax = 5 * 1024 * 1024;
export const documentsMax = 5_000;

type Path = readonly PropertyKey[];

/** One document of a text, before anybody knows what it is. */
export interface ReadValue {
  readonly value: unknown;
  /** Where a field stands, by its path in the document; the nearest parent where the field is missing. */
  position(path: Path): { readonly line: number; readonly column: number };
}

export interface ReadDocument extends ReadValue {
  readonly kind: string;
  readonly name: string;
}

export interface DocumentError {
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly message: string;
}

/**
 * Reads YAML (or JSON, which is YAML) with one or more documents: `---` between them, a list of them, or a `kind: List` as kubectl
 * writes it. Gives back all errors at once, each with line and column (from 1).
 */
export const readValues = (text: string): { values: ReadValue[]; errors: DocumentError[] } => {
  if (Buffer.byteLength(text) > documentBytesMax)
    return { values: [], errors: [wholeFile(`the file is larger than ${documentBytesMax} bytes; split it`)] };
  const lines = new LineCounter();
  const errors: DocumentError[] = [];
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const values: ReadValue[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const error of document.errors) {
      const at = lines.linePos(error.pos[0]);
      errors.push({ line: at.line, column: at.col, field: '', message: error.message });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    values.push(...valuesOf(document, lines, errors));
  }
  if (values.length > documentsMax) errors.push(wholeFile(`more than ${documentsMax} documents; split the file`));
  return { values, errors };
};

/** Reads documents that each have `kind` and `metadata.name`, but for those that `others` knows by something else. */
export const readDocuments = (
  text: string,
  others: (value: unknown) => boolean = () => false,
): { documents: ReadDocument[]; errors: DocumentError[] } => {
  const { values, errors } = readValues(text);
  const documents = values.flatMap((read) => {
    const { kind, metadata } = (read.value ?? {}) as { kind?: unknown; metadata?: { name?: unknown } };
    const name = metadata?.name;
    if (others(read.value)) return [{ ...read, kind: String(kind ?? ''), name: String(name ?? '') }];
    const wrong = unnamed(kind, name);
    if (!wrong) return [{ ...read, kind: String(kind), name: String(name) }];
    errors.push({ ...read.position(wrong.field), field: wrong.field.join('.'), message: wrong.message });
    return [];
  });
  return { documents, errors };
};

const unnamed = (kind: unknown, name: unknown): { field: string[]; message: string } | null => {
  if (typeof kind !== 'string')
    return { field: ['kind'], message: 'is missing; write which kind of thing this is, for example `kind: Team`' };
  if (typeof name !== 'string' || name === '')
    return { field: ['metadata', 'name'], message: 'is missing; write the name by which this is known' };
  return null;
};

const wholeFile = (message: string): DocumentError => ({ line: 1, column: 1, field: '', message });

const valuesOf = (document: Document, lines: LineCounter, errors: DocumentError[]): ReadValue[] => {
  const under = (start: Path) => (path: Path) => positionOf(document, lines, [...start, ...path]);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    errors.push({ ...under([])([]), field: '', message: error instanceof Error ? error.message : String(error) });
    return [];
  }
  const { kind, items } = (value ?? {}) as { kind?: unknown; items?: unknown };
  if (Array.isArray(value)) return value.map((each, index) => ({ value: each as unknown, position: under([index]) }));
  if (kind === 'List' && Array.isArray(items))
    return items.map((each, index) => ({ value: each as unknown, position: under(['items', index]) }));
  return [{ value, position: under([]) }];
};

const positionOf = (document: Document, lines: LineCounter, path: Path): { line: number; column: number } => {
  let node: unknown = document.contents;
  let found: Node | null = isNode(node) ? node : null;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => String((item.key as { value?: unknown })?.value ?? item.key) === String(step),
      );
      if (!pair) break;
      if (isNode(pair.key)) found = pair.key as Node;
      node = pair.value;
      if (isNode(node) && !isMap(node) && !isSeq(node)) found = node as Node;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (!isNode(node)) break;
      found = node;
    } else break;
  }
  const at = lines.linePos(found?.range?.[0] ?? 0);
  return { line: at.line, column: at.col };
};
