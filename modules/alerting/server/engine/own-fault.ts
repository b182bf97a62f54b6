import { Refusal } from '../../../../kernel/problem.ts';

/** SQLSTATE of data that cannot be, broken constraints, wrong statements and broken limits. */
const ofTheRow = /^(22|23|42|54)/;

/**
 * True where an error lies with what was just worked on and would come again: it must not keep everything behind it waiting. Whatever
 * the database or the connection brought about passes, and is tried again at once.
 */
export const isOwnFault = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && code.length === 5) return ofTheRow.test(code);
  return (
    error instanceof Refusal ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof SyntaxError
  );
};
