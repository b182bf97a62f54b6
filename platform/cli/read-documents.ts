import { isMap, isNode, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';

/** Largest file of documents and most documents in one: declared state, not data. */
export const documentBytesMax = 5 * 1024 * 1024;
export const documentsMax = 5_000;

export interface ReadDocument {
  readonly kind: string;
  readonly name: string;
  readonly value: unknown;
  /** Where a field stands, by its path in the document; the nearest parent where the field is missing. */
  position(path: readonly PropertyKey[]): { readonly line: number; readonly column: number };
}

export interface DocumentError {
  readonly line: number;
  readonly column: number;
  readonly field: string;
  readonly message: string;
}

/**
 * Reads YAML (or JSON, which is YAML) with one or more documents that each have `kind` and `metadata.name`.
 * Gives back all errors at once, each with line and column (from 1) and field.
 */
export const readDocuments = (text: string): { documents: ReadDocument[]; errors: DocumentError[] } => {
  const lines = new LineCounter();
  const errors: DocumentError[] = [];
  if (Buffer.byteLength(text) > documentBytesMax) {
    return {
      documents: [],
      errors: [
        { line: 1, column: 1, field: '', message: `the file is larger than ${documentBytesMax} bytes; split it` },
      ],
    };
  }
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const documents: ReadDocument[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    for (const error of document.errors) {
      const at = lines.linePos(error.pos[0]);
      errors.push({ line: at.line, column: at.col, field: '', message: error.message });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    const read = readOne(document, lines, errors);
    if (read) documents.push(read);
  }
  if (documents.length > documentsMax)
    errors.push({ line: 1, column: 1, field: '', message: `more than ${documentsMax} documents; split the file` });
  return { documents, errors };
};

const readOne = (document: Document, lines: LineCounter, errors: DocumentError[]): ReadDocument | null => {
  const position = (path: readonly PropertyKey[]) => positionOf(document, lines, path);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    errors.push({ ...position([]), field: '', message: error instanceof Error ? error.message : String(error) });
    return null;
  }
  const object = value as { kind?: unknown; metadata?: { name?: unknown } };
  if (typeof object !== 'object' || object === null || typeof object.kind !== 'string') {
    errors.push({
      ...position(['kind']),
      field: 'kind',
      message: 'is missing; write which kind of thing this is, for example `kind: Team`',
    });
    return null;
  }
  if (typeof object.metadata?.name !== 'string' || object.metadata.name === '') {
    errors.push({
      ...position(['metadata', 'name']),
      field: 'metadata.name',
      message: 'is missing; write the name by which this is known',
    });
    return null;
  }
  return { kind: object.kind, name: object.metadata.name, value, position };
};

const positionOf = (
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
): { line: number; column: number } => {
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
