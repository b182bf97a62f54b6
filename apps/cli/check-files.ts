import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Refusal, type FieldError } from '../../kernel/problem.ts';
import type { DocumentFamily, DocumentKind, FamilyFinding } from '../../platform/cli/context.ts';
import { readDocuments, type ReadDocument } from '../../platform/cli/read-documents.ts';

/** Everything that modules know of documents. */
export interface KnownDocuments {
  readonly kinds: readonly DocumentKind[];
  readonly families: readonly DocumentFamily[];
}

/** One document of a kind of its own. */
export interface KindDocument {
  readonly file: string;
  readonly document: ReadDocument;
  readonly kind: DocumentKind;
}

export interface FamilyDocument {
  readonly file: string;
  readonly document: ReadDocument;
}

export interface CheckedFiles {
  readonly documents: readonly KindDocument[];
  readonly families: readonly { readonly family: DocumentFamily; readonly documents: readonly FamilyDocument[] }[];
  readonly errors: readonly FieldError[];
  readonly notes: readonly FieldError[];
}

/** Reads and checks all files; `path` of an error is `FILE:LINE:COLUMN field`. */
export const checkFiles = async (paths: readonly string[], known: KnownDocuments): Promise<CheckedFiles> => {
  const errors: FieldError[] = [];
  const documents: KindDocument[] = [];
  const inFamilies = new Map<DocumentFamily, FamilyDocument[]>();
  const familyOf = (value: unknown) => known.families.find((family) => family.recognises(value));
  for (const file of paths.flatMap(filesAt)) {
    const read = readDocuments(await textOf(file), (value) => familyOf(value) !== undefined);
    for (const { line, column, field, message } of read.errors)
      errors.push({ path: `${file}:${line}:${column} ${field}`.trim(), message });
    for (const document of read.documents) {
      const family = familyOf(document.value);
      if (family) inFamilies.set(family, [...(inFamilies.get(family) ?? []), { file, document }]);
      else checkKind(file, document, known, documents, errors);
    }
  }
  const notes: FieldError[] = [];
  const families = [...inFamilies].map(([family, of]) => ({ family, documents: of }));
  for (const { family, documents: of } of families)
    for (const finding of family.check(of.map(({ document }) => document.value)))
      (finding.level === 'error' ? errors : notes).push(placed(of, finding));
  if (errors.length === 0 && documents.length === 0 && families.length === 0)
    throw new Refusal({ status: 400, code: 'cli.no-documents', title: 'There is no document in these files' });
  return { documents, families, errors, notes };
};

/** A finding of a family at its place in a file. */
export const placed = (
  documents: readonly FamilyDocument[],
  { document, path, message }: FamilyFinding,
): FieldError => {
  const of = documents[document];
  return { path: of ? at(of.file, of.document, path) : path.map(String).join('.'), message };
};

export const at = (file: string, document: ReadDocument, path: readonly PropertyKey[]): string => {
  const { line, column } = document.position(path);
  return `${file}:${line}:${column} ${path.map(String).join('.')}`.trim();
};

export const wrongFiles = (errors: readonly FieldError[]): Refusal =>
  new Refusal({
    status: 400,
    code: 'cli.invalid-documents',
    title: `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; nothing was changed`,
    errors,
  });

/** Versions of the kinds that modules register one by one; each says itself which of them it takes. */
const kindVersions = ['leadline.dev/v1', 'backstage.io/v1alpha1'];

const checkKind = (
  file: string,
  document: ReadDocument,
  { kinds, families }: KnownDocuments,
  documents: KindDocument[],
  errors: FieldError[],
): void => {
  const version = (document.value as { apiVersion?: unknown }).apiVersion;
  if (typeof version === 'string' && !kindVersions.some((each) => version.startsWith(each.split('/')[0]!))) {
    const known = [...kindVersions, ...families.flatMap(({ versions }) => versions)].join(', ');
    errors.push({
      path: at(file, document, ['apiVersion']),
      message: `\`${version}\` is not known; write one of ${known}`,
    });
    return;
  }
  const kind = kinds.find((each) => each.kind === document.kind);
  if (!kind) {
    const known = kinds.map((each) => each.kind).join(', ');
    errors.push({
      path: at(file, document, ['kind']),
      message: `there is no kind ${document.kind}; write one of ${known}`,
    });
    return;
  }
  const parsed = kind.schema.safeParse(document.value);
  if (parsed.success) documents.push({ file, document, kind });
  else
    for (const { path, message, keys } of parsed.error.issues) {
      // A field that does not exist is named at its own line, not at its parent's.
      if (keys)
        for (const key of keys)
          errors.push({ path: at(file, document, [...path, key]), message: 'there is no such field' });
      else errors.push({ path: at(file, document, path), message });
    }
};

const filesAt = (path: string): string[] => {
  if (path === '-') return ['-'];
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new Refusal({ status: 400, code: 'cli.no-file', title: `There is no file ${path}` });
  if (!stat.isDirectory()) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ya?ml|json)$/.test(name) && !name.includes('node_modules'))
    .sort()
    .map((name) => join(path, name));
};

/** Standard input is waited for: what fills a pipe may take its time, and reading it at once fails with EAGAIN. */
const textOf = async (file: string): Promise<string> => {
  const bytes = file === '-' ? await buffer(process.stdin) : readFileSync(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal({ status: 400, code: 'cli.not-utf8', title: `${file} is not UTF-8 text` });
  }
};
