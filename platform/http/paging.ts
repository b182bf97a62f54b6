import { Refusal } from '../../kernel/problem.ts';

/** Items of a page of a list, when the caller does not say. */
export const pageSizeDefault = 50;
export const pageSizeMax = 500;

/** The place after which the next page begins, as an opaque text. `parts` are the sort keys of the last item. */
export const encodeCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/**
 * The sort keys of a cursor that `encodeCursor` made, `length` of them. Throws a Refusal `http.bad-cursor` for anything else,
 * so that a cut or invented cursor is a 400 and never reaches a query.
 */
export const decodeCursor = (cursor: string, length: number): (string | number)[] => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(parts) &&
      parts.length === length &&
      parts.every((part) => typeof part === 'string' || typeof part === 'number')
    )
      return parts;
  } catch {
    // Falls through to the refusal: what is wrong with it does not matter to the caller.
  }
  throw new Refusal({
    status: 400,
    code: 'http.bad-cursor',
    title: 'This cursor is not one of ours',
    detail: 'Use `next` of the page before, unchanged, or leave it out.',
    errors: [{ path: 'query.cursor', message: 'not a cursor of this list' }],
  });
};
