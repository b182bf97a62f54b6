import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { deadReferences } from './documents.ts';
import { plantTree } from './planted-tree.ts';

it('a document that points at nothing is refused, and one that points at something is not', () => {
  const tree = plantTree({
    'package.json': '{"scripts":{"bench:ingest":"x"}}',
    'kernel/route.ts': '',
    'docs/recipes/chart.md': 'A chart',
    'README.md': [
      'Read `kernel/route.ts` and [the recipe](docs/recipes/chart.md#start).',
      'See `modules/gone/contract.ts`.',
      'Or [this](docs/gone.md).',
      'Run `npm run bench:ingest`, then `npm run bench:gone`.',
      'A pattern: modules/<word>/contract.ts, and a site: https://example.org/docs/x.',
    ].join('\n'),
  });
  try {
    expect(deadReferences(tree.folder).map(({ line, reference }) => `${line} ${reference}`)).toEqual([
      '2 modules/gone/contract.ts',
      '3 docs/gone.md',
      '4 npm run bench:gone',
    ]);
  } finally {
    tree.remove();
  }
});

it('every path, link and command named in a document exists', () => {
  const dead = deadReferences(dirname(import.meta.dirname));
  expect(dead.map(({ document, line, reference }) => `${document}:${line} ${reference}`)).toEqual([]);
});
