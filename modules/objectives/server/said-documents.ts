import type { ChangeFinding } from '../domain/compile-change.ts';
import { pathText } from '../domain/openslo/json.ts';
import { Refusal, type FieldError } from '../../../kernel/problem.ts';
import { readValues } from '../../../platform/cli/read-documents.ts';
import { WrongDocuments } from './apply-documents.ts';

/** Most errors that one answer names. */
const errorsMax = 500;

/** Documents as they came in a request, and how the place of a field is told. */
export interface SaidDocuments {
  readonly values: readonly unknown[];
  place(finding: ChangeFinding): string;
}

/** From text: places are `LINE:COLUMN field`. Throws with all errors where it is no YAML. */
export const fromText = (text: string): SaidDocuments => {
  const { values, errors } = readValues(text);
  if (errors.length > 0)
    throw wrongDocuments(
      errors.map(({ line, column, field, message }) => ({ path: `${line}:${column} ${field}`.trim(), message })),
    );
  if (values.length === 0) throw wrongDocuments([{ path: '1:1', message: 'there is no document in this text' }]);
  return {
    values: values.map(({ value }) => value),
    place: ({ said, path }) => {
      const { line, column } = values[said]?.position(path) ?? { line: 1, column: 1 };
      return `${line}:${column} ${pathText(path)}`.trim();
    },
  };
};

/** From a body that is a document, or a list of them: places are those of the body. */
export const fromBody = (body: object): SaidDocuments => ({
  values: Array.isArray(body) ? body : [body],
  place: ({ said, path }) => pathText(['body', ...(Array.isArray(body) ? [said] : []), ...path]),
});

/** From a body of documents with their files: places are those of the body. */
export const fromFiles = (values: readonly unknown[]): SaidDocuments => ({
  values,
  place: ({ said, path }) => pathText(['body', 'documents', said, 'document', ...path]),
});

/** What is wrong with documents as a problem that names every place. */
export const tellingPlaces = async <Value>(documents: SaidDocuments, work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WrongDocuments)) throw error;
    throw wrongDocuments(
      error.findings.map((finding) => ({ path: documents.place(finding), message: finding.message })),
    );
  }
};

const wrongDocuments = (errors: readonly FieldError[]): Refusal =>
  new Refusal({
    status: 422,
    code: 'objectives.wrong-documents',
    title: `${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; nothing was changed`,
    detail: errors
      .slice(0, 5)
      .map(({ path, message }) => `${path}: ${message}`)
      .join('; ')
      .slice(0, 2_000),
    errors: errors.slice(0, errorsMax),
  });
