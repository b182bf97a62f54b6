import { expect, it } from 'vitest';
import { problemOf } from './problems.ts';

const thrown = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

it.each([
  [thrown('invalid byte sequence for encoding "UTF8": 0x00', '22021'), 400, 'http.unstorable-text'],
  [thrown('canceling statement due to statement timeout', '57014'), 503, 'http.database-busy'],
  [thrown('timeout exceeded when trying to connect'), 503, 'http.database-busy'],
  [thrown('duplicate key value violates unique constraint', '23505'), 500, 'http.internal'],
  [thrown('anything'), 500, 'http.internal'],
  [null, 500, 'http.internal'],
] as const)('%s', (error, status, code) => {
  expect(problemOf(error)).toMatchObject({ status, code });
});
