import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { routeDocument } from '../../contract/policy.ts';
import { silenceDocument } from '../../contract/silences.ts';
import { routeProblems } from './problems.ts';

const text = readFileSync(new URL('../../../../docs/alert-routing.md', import.meta.url), 'utf8');
const blocks = [...text.matchAll(/```yaml\n([^]*?)```/gu)].map((found) => parse(found[1]!));

it('every document of the manual is one that is taken', () => {
  expect(blocks.map(({ kind }) => kind)).toEqual(['Route', 'Silence']);
  const route = routeDocument.parse(blocks[0]);
  expect(routeProblems(route.spec)).toEqual([]);
  expect(silenceDocument.safeParse(blocks[1]).success).toBe(true);
});
