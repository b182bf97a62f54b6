import type { MappingFault } from './map-request.ts';

/** Jsonata's error in words, with line and column of the place that it names. */
export const faultOf = (error: unknown, expression: string): MappingFault => {
  const { message, position, code } = error as { message?: unknown; position?: unknown; code?: unknown };
  if (error instanceof RangeError) return { message: 'It is nested too deeply.', line: null, column: null };
  const words = typeof message === 'string' && message !== '' ? message : `It cannot be computed (${String(code)}).`;
  if (typeof position !== 'number') return { message: words, line: null, column: null };
  // Jsonata says where it stood behind the word that it stumbled over.
  const before = expression.slice(0, Math.max(0, Math.min(position, expression.length))).split('\n');
  return { message: words, line: before.length, column: before.at(-1)!.length };
};
