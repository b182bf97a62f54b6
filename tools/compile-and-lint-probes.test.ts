import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plantTree } from './planted-tree.ts';

const house = dirname(import.meta.dirname);

/** What a program said and how it ended; the house's own configuration files are copied beside the planted ones. */
const said = (program: string, args: string[], folder: string): string => {
  const result = spawnSync(process.execPath, [join(house, 'node_modules', program), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(result.status, 'the tool must end with a refusal').not.toBe(0);
  return result.stdout + result.stderr;
};

const trees: (() => void)[] = [];
const plant = (files: Record<string, string>, configurations: string[]): string => {
  const tree = plantTree(
    files,
    configurations.includes('tsconfig.web.json') || configurations.length === 0 ? 'in-checkout' : 'elsewhere',
  );
  trees.push(() => tree.remove());
  for (const name of configurations) copyFileSync(join(house, name), join(tree.folder, name));
  return tree.folder;
};
afterAll(() => trees.forEach((remove) => remove()));

const compilerOptions = ['tsconfig.base.json', 'tsconfig.neutral.json', 'tsconfig.server.json', 'tsconfig.web.json'];

describe('what server and page share knows neither Node nor the browser', () => {
  const line = (text: string): string => `export const planted = ${text};\n`;
  const files = {
    'modules/catalog/domain/process.ts': line(`process.env['HOME']`),
    'modules/catalog/domain/document.ts': line('document.title'),
    'modules/catalog/contract.ts': line(`setTimeout(() => 0, 1)`),
    'kernel/console.ts': line(`console.log('x')`),
    'kernel/url.ts': line(`new URL('https://example.org')`),
    'kernel/node.ts': `import { join } from 'node:path';\n${line(`join('a', 'b')`)}`,
    'kernel/fine.ts': line('Temporal.Instant.from("2026-01-01T00:00:00Z")'),
  };
  const told = said(
    'vue-tsc/bin/vue-tsc.js',
    ['-p', 'tsconfig.neutral.json', '--pretty', 'false'],
    plant(files, compilerOptions),
  );

  it.each(Object.keys(files).filter((file) => file !== 'kernel/fine.ts'))('%s does not compile', (file) => {
    expect(told).toContain(`${file}(`);
  });

  it('Temporal is allowed', () => expect(told).not.toContain('kernel/fine.ts'));
});

it('what the runtime cannot strip does not compile: enums, parameter properties, a type imported as a value', () => {
  const told = said(
    'vue-tsc/bin/vue-tsc.js',
    ['-p', 'tsconfig.server.json', '--pretty', 'false'],
    plant(
      {
        'platform/enum.ts': 'export enum Colour { Red }\n',
        'platform/property.ts': 'export class One { constructor(readonly two: number) {} }\n',
        'platform/shape.ts': 'export interface Shape { a: number }\n',
        'platform/value.ts': `import { Shape } from './shape.ts';\nexport const one: Shape = { a: 1 };\n`,
      },
      compilerOptions,
    ),
  );
  for (const file of ['enum', 'property', 'value']) expect(told).toContain(`platform/${file}.ts(`);
});

it('a part that is given a property it does not have does not compile', () => {
  const told = said(
    'vue-tsc/bin/vue-tsc.js',
    ['-p', 'tsconfig.web.json', '--pretty', 'false'],
    plant(
      {
        'ui/Badge.vue': `<script setup lang="ts">defineProps<{ label: string }>();</script><template>{{ label }}</template>\n`,
        'ui/Wrong.vue': `<script setup lang="ts">import Badge from './Badge.vue';</script><template><Badge label="x" colour="red" /></template>\n`,
      },
      compilerOptions,
    ),
  );
  expect(told).toContain('ui/Wrong.vue(');
  expect(told).toContain('colour');
});

it('lint refuses Node in the page, a template that reads what is not there, and code that hides a fault', () => {
  const files = {
    'ui/environment.ts': `export const home = process.env['HOME'];\n`,
    'kernel/loose.ts': `export const same = (a: unknown, b: unknown) => a == b;\n`,
    'kernel/change.ts': `export const change = (one: number) => { one = 2; return one; };\n`,
    'kernel/default.ts': 'export default 1;\n',
    'kernel/CamelCase.ts': 'export const one = 1;\n',
    'platform/long.ts': `export const long = () => {\n${'  globalThis.name;\n'.repeat(80)}};\n`,
    'platform/empty.ts': 'try { globalThis.close(); } catch {}\n',
    'kernel/focused.test.ts': `import { it } from 'vitest';\nit.only('alone', () => {});\n`,
  };
  const told = said(
    'oxlint/bin/oxlint',
    ['--deny-warnings', '--no-ignore', '--format=unix', '.'],
    plant(files, ['.oxlintrc.json']),
  );
  for (const file of Object.keys(files)) expect(told).toContain(file);
  for (const rule of [
    'no-restricted-globals',
    'eqeqeq',
    'no-param-reassign',
    'no-default-export',
    'filename-case',
    'max-lines-per-function',
    'no-empty',
    'no-focused-tests',
  ]) {
    expect(told).toContain(rule);
  }
});

it('lint reads Vue templates', () => {
  const folder = plant(
    {
      'ui/Wrong.vue': `<script setup lang="ts">const home = process.env['HOME'];</script>\n<template><button @click="go">{{ home }}<img v-for="x in [1]" :src="String(x)" /><span v-html="home" /></button></template>\n`,
    },
    [],
  );
  const told = said(
    'eslint/bin/eslint.js',
    ['--no-ignore', '--config', join(house, 'eslint.config.js'), join(folder, 'ui/Wrong.vue')],
    house,
  );
  for (const rule of [
    'no-restricted-globals',
    'vue/html-button-has-type',
    'vue/no-undef-properties',
    'vue/require-v-for-key',
    'vue/no-v-html',
  ]) {
    expect(told).toContain(rule);
  }
});

it('what is not formatted is refused', () => {
  const folder = plant({ 'kernel/ugly.ts': 'export const a   = {b:1}\n' }, ['.oxfmtrc.json']);
  expect(said('oxfmt/bin/oxfmt', ['--check', 'kernel'], folder)).toContain('kernel/ugly.ts');
});

it('the tools pass what is well written', () => {
  const folder = plant({ 'kernel/fine.ts': 'export const half = 0.5;\n' }, ['.oxfmtrc.json', '.oxlintrc.json']);
  const run = (program: string, args: string[]) =>
    execFileSync(process.execPath, [join(house, 'node_modules', program), ...args], { cwd: folder });
  run('oxfmt/bin/oxfmt', ['--check', 'kernel']);
  run('oxlint/bin/oxlint', ['--deny-warnings', '--no-ignore', '.']);
});
