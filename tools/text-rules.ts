import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A rule of the house that is seen in a file's name or text, not in its imports. */
export interface TextRule {
  readonly name: string;
  readonly comment: string;
  /** Which paths are read; `not` are exceptions with a reason in `comment`. */
  readonly files: RegExp;
  readonly not?: RegExp;
  /** What must not stand in a line; absent where the path itself is what is refused. */
  readonly text?: RegExp;
}

const tests = /\.test\.ts$|\/fixtures\.ts$/;
const code = /\.(ts|vue)$/;

export const textRules: readonly TextRule[] = [
  {
    name: 'no-skipped-tests',
    comment: 'A test that is skipped, kept for later or run alone tells nothing: make it pass or delete it.',
    files: /\.test\.ts$/,
    not: /^tools\//,
    text: /\b(it|test|describe|suite)\b.*\.(skip|only|todo|fails|skipIf|runIf)\(|\b(xit|xdescribe|fit|fdescribe)\(|\bctx\.skip\(|\bcontext\.skip\(/,
  },
  {
    name: 'domain-has-no-clock-and-no-dice',
    comment: 'domain/ takes now and ids as arguments; the same call answers the same tomorrow.',
    files: /^(kernel|modules\/[^/]+\/domain)\/.*\.ts$/,
    not: tests,
    text: /\bDate\.now\b|\bnew Date\(\)|\bTemporal\.Now\b|\bMath\.random\b|\bperformance\.now\b|\bcrypto\.(randomUUID|getRandomValues)\b/,
  },
  {
    name: 'nothing-left-for-later',
    comment: 'What is not done is not shown and not promised in a comment.',
    files: /\.(ts|vue|sql|css|md|yaml|yml|html)$/,
    not: /^(docs\/schema|tools)\//,
    text: /\b(TODO|FIXME|XXX|HACK)\b/,
  },
  {
    name: 'no-attic',
    comment: 'A file says what it computes; these names collect what nobody wanted to name.',
    files: /(^|\/)(utils?|helpers?|common|types|shared|misc|lib)(\.ts|\.vue|\/)/,
  },
  {
    name: 'no-barrels',
    comment: 'Import the file itself.',
    files: /(^|\/)index\.ts$/,
  },
  {
    name: 'named-exports-only',
    comment: 'One name for one thing in every file; tools that read a default export from their configuration aside.',
    files: code,
    not: /\.config\.ts$|\.d\.ts$|^tools\//,
    text: /^export default\b/,
  },
  {
    name: 'unit-tests-need-nothing',
    comment: 'A test that starts an engine is named x.db.test.ts.',
    files: /(?<!\.db|\.journey)\.test\.ts$/,
    not: /^(tools|platform\/(postgres|clickhouse))\//,
    text: /\b(startPostgres|startClickHouse|startServer)\(/,
  },
  {
    name: 'no-sleep-in-tests',
    comment: 'Time is moved, never slept; wait for a condition.',
    files: /\.test\.ts$/,
    not: /^tools\//,
    text: /\bsetTimeout\(\s*(resolve|r|done)\s*,\s*[1-9]\d{2,}/,
  },
  {
    name: 'no-machine-paths',
    comment: 'A path or a host of the machine that something was written on means nothing to anybody else.',
    files: /\.(ts|js|mjs|vue|sql|css|md|json|yaml|yml|html|sh)$/,
    not: /^package-lock\.json$|^tools\/text-rules/,
    text: /(^|[\s'"`(=])\/(work|root)\//,
  },
  {
    name: 'one-word-for-everything',
    comment:
      "The manual's words: a page wakes a person (a view is a screen), an organisation is not a tenant or a workspace.",
    files: /^modules\/.*\/([A-Z]\w*(Page|View)\.vue|.*(tenant|workspace).*)$/,
  },
];

export interface BrokenText {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

const never = ['node_modules', '.git', '.cache', 'data', 'coverage', 'dist'];

/** Every file of the house below `folder`, generated and installed ones left out; paths with `/`. */
export const houseFiles = (folder: string): string[] =>
  globSync('**/*', { cwd: folder, withFileTypes: true, exclude: (entry) => never.includes(entry.name) })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.includes('.gen.'))
    .toSorted();

/** Which rules the files below `folder` (no slash at its end) break, and where. */
export const brokenTexts = (folder: string): BrokenText[] =>
  houseFiles(folder).flatMap((file) => {
    const rules = textRules.filter((rule) => rule.files.test(file) && !rule.not?.test(file));
    if (rules.length === 0) return [];
    const lines = rules.some((rule) => rule.text) ? readFileSync(join(folder, file), 'utf8').split('\n') : [];
    return rules.flatMap(({ name, text }) =>
      text
        ? lines.flatMap((line, index) => (text.test(line) ? [{ rule: name, file, line: index + 1 }] : []))
        : [{ rule: name, file, line: 0 }],
    );
  });
