import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { documentKinds as catalogKinds } from '../../modules/catalog/cli/commands.ts';
import { documentFamilies } from '../../modules/objectives/cli/commands.ts';
import { checkFiles } from './check-files.ts';

/** What `leadline validate -f` says of files, without a server. */
const folder = mkdtempSync(join(tmpdir(), 'leadline-documents-'));
afterAll(() => rmSync(folder, { recursive: true }));

const known = { kinds: catalogKinds, families: documentFamilies };
const check = async (text: string) => {
  const file = join(folder, 'said.yaml');
  writeFileSync(file, text);
  const { documents, families, errors, notes } = await checkFiles([file], known);
  const short = ({ path, message }: { path: string; message: string }) =>
    `${path.slice(folder.length + 1)}: ${message}`;
  return { documents, families, errors: errors.map(short), notes: notes.map(short) };
};

describe('Files', () => {
  it('hold a Service of the catalog and one of OpenSLO, told apart by apiVersion', async () => {
    const { documents, families, errors } = await check(
      [
        'apiVersion: leadline.dev/v1\nkind: Service\nmetadata: {name: shop/checkout}',
        'apiVersion: openslo/v1\nkind: Service\nmetadata: {name: checkout}\nspec: {description: Checkout}',
      ].join('\n---\n'),
    );
    expect(errors).toEqual([]);
    expect(documents.map(({ document }) => document.name)).toEqual(['shop/checkout']);
    expect(families.map((each) => each.documents.map(({ document }) => document.name))).toEqual([['checkout']]);
  });

  it('hold documents without a kind, which are known by their version', async () => {
    const { errors, notes } = await check(
      'version: prometheus/v1\nservice: web\nslos:\n  - name: up\n    objective: 101\n    sli: {raw: {error_ratio_query: r}}\n',
    );
    expect(errors).toEqual(['said.yaml:5:16 slos.0.objective: 101 is not percent above 0 and at most 100: 99.9']);
    expect(notes).toEqual([
      'said.yaml:6:5 slos.0.sli: DataSource prometheus is not in these files; without it there is no data',
    ]);
  });

  it('name what can be written for an apiVersion that nobody knows', async () => {
    expect((await check('apiVersion: foo\nkind: Service\nmetadata: {name: x, displayName: X}\n')).errors).toEqual([
      expect.stringMatching(
        /^said\.yaml:1:13 apiVersion: `foo` is not known; write one of leadline\.dev\/v1, .*openslo\/v1, /,
      ),
    ]);
  });

  it('are told all their errors at once, each with line and column', async () => {
    const { errors } = await check(
      [
        'apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: my slo\nspec:\n  service: web\n  indicatorRef: up\n  timeWindow:\n    - duration: 28x\n      isRolling: true\n  budgetingMethod: Occurrences\n  objectives:\n    - target: 1\n',
        'apiVersion: leadline.dev/v1\nkind: Nothing\nmetadata: {name: x}',
      ].join('---\n'),
    );
    expect(errors).toEqual([
      expect.stringMatching(/^said\.yaml:16:7 kind: there is no kind Nothing; write one of /),
      expect.stringMatching(/^said\.yaml:4:9 metadata\.name: `my slo` is not a name of small letters/),
      expect.stringMatching(/^said\.yaml:9:17 spec\.timeWindow\.0\.duration: `28x` is not a duration.*; write /),
      expect.stringMatching(
        /^said\.yaml:13:15 spec\.objectives\.0\.target: 1 \(100 %\) leaves no error budget.*; write less/,
      ),
    ]);
  });

  it('may come through a pipe that another program fills later', async () => {
    const document = 'apiVersion: leadline.dev/v1\\nkind: Service\\nmetadata: {name: shop/checkout}\\nspec: {}\\n';
    // A slow program of Node makes the pipe one that does not block: reading it at once is an error (EAGAIN).
    const slow = `setTimeout(() => process.stdout.write('${document}'), 2500)`;
    const program = join(import.meta.dirname, 'main.ts');
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      '"$1" -e "$2" | "$1" "$3" validate -f -',
      'sh',
      process.execPath,
      slow,
      program,
    ]);
    expect(stdout).toBe('1 document is valid.\n');
  }, 60_000);
});
