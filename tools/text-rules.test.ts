import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { plantTree } from './planted-tree.ts';
import { brokenTexts, textRules } from './text-rules.ts';

/** A call as it would stand in a test: put together here, so that nobody who counts tests takes it for one. */
const marked = (call: string, marker: string): string => `${call}.${marker}('later', () => {});`;

const planted: { rule: string; file: string; text: string }[] = [
  { rule: 'no-skipped-tests', file: 'kernel/a.test.ts', text: marked('it', 'skip') },
  { rule: 'no-skipped-tests', file: 'kernel/b.test.ts', text: `describe.each([1]).skipIf(true)('x', () => {});` },
  { rule: 'no-skipped-tests', file: 'kernel/c.db.test.ts', text: marked('it', 'only') },
  {
    rule: 'domain-has-no-clock-and-no-dice',
    file: 'modules/catalog/domain/now.ts',
    text: `const now = Temporal.Now.instant();`,
  },
  { rule: 'domain-has-no-clock-and-no-dice', file: 'kernel/id.ts', text: `export const id = () => Math.random();` },
  { rule: 'nothing-left-for-later', file: 'ui/Badge.vue', text: `<!-- TODO: colours -->` },
  { rule: 'no-attic', file: 'platform/utils.ts', text: '' },
  { rule: 'no-attic', file: 'ui/helpers/sum.ts', text: '' },
  { rule: 'no-barrels', file: 'modules/catalog/index.ts', text: '' },
  { rule: 'named-exports-only', file: 'kernel/one.ts', text: 'export default 1;' },
  {
    rule: 'unit-tests-need-nothing',
    file: 'modules/catalog/server/x.test.ts',
    text: 'await startPostgres(config, log);',
  },
  {
    rule: 'no-sleep-in-tests',
    file: 'platform/jobs/y.db.test.ts',
    text: 'await new Promise((resolve) => setTimeout(resolve, 500));',
  },
  { rule: 'no-machine-paths', file: 'docs/recipes/x.md', text: 'See /root/project/readme.' },
  { rule: 'one-word-for-everything', file: 'modules/catalog/web/ServicePage.vue', text: '' },
];

it('every rule about names and texts refuses its planted violation', () => {
  const tree = plantTree({
    ...Object.fromEntries(planted.map(({ file, text }) => [file, text])),
    'kernel/fine.ts': 'export const one = 1;\n',
    'kernel/fine.test.ts': `it('is fine', () => {});\n`,
  });
  try {
    const broken = brokenTexts(tree.folder);
    expect(new Set(broken.map(({ rule, file }) => `${rule} ${file}`))).toEqual(
      new Set(planted.map(({ rule, file }) => `${rule} ${file}`)),
    );
    expect(new Set(planted.map(({ rule }) => rule))).toEqual(new Set(textRules.map(({ name }) => name)));
  } finally {
    tree.remove();
  }
});

it('the house keeps its rules about names and texts', () => {
  const broken = brokenTexts(dirname(import.meta.dirname));
  expect(broken.map(({ rule, file, line }) => `${rule}: ${file}:${line}`)).toEqual([]);
});
