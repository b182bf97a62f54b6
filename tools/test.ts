import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findChromium, howToGetChromium } from './find-chromium.ts';

/**
 * `npm test`: everything that must hold, in the order in which a fault is cheapest to find. Goes on after a failed
 * step, so that one run tells everything. `npm test -- lint db` runs the named steps alone.
 * Ends with what failed, by name and first words, and one line, `N passed, N failed`, over all tests and all steps
 * that are no tests: a log of which only the end is kept still says what to look at.
 */
interface Step {
  readonly name: string;
  readonly says: string;
  readonly run: () => Promise<Outcome>;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What failed: each one's name and the first lines of what it said. */
  readonly faults?: readonly string[];
}

const house = dirname(import.meta.dirname);
const results = join(house, '.cache', 'test-results');
const screens = join(house, '.cache', 'screens');

/** Runs one program of node_modules (or a script of ours) on this Node; resolves with its exit code. */
const runProgram = (args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: house, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });

const inModules = (path: string): string => join(house, 'node_modules', path);

const asOne = async (...commands: (readonly string[])[]): Promise<Outcome> => {
  let failed = 0;
  for (const command of commands) if ((await runProgram(command)) !== 0) failed = 1;
  return { passed: 1 - failed, failed };
};

/** One project of vitest; its own counts are read from its report, so that the last line can add them up. */
const vitest = async (project: string, ...files: string[]): Promise<Outcome> => {
  const report = join(results, `${project}.json`);
  rmSync(report, { force: true });
  const code = await runProgram([
    inModules('vitest/vitest.mjs'),
    'run',
    ...files,
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  return countsOf(report, code);
};

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** How many lines of a failure's words, and characters of a page it saw, are said again at the end. */
const linesOfAFault = 14;
const charactersOfAPage = 900;

const faultOf = (file: string, title: string, words: string): string => {
  const lines = words.split('\n').slice(0, linesOfAFault);
  return [`${relative(house, file)} > ${title}`, ...lines.map((line) => `    ${line}`)].join('\n');
};

/** Steps of a journey that ended before them say nothing new: a log of which little is kept has no room for them. */
const isAfterTheFault = (messages: readonly string[] | null): boolean =>
  messages?.[0]?.startsWith('Error: The journey ended before') ?? false;

const countsOf = (report: string, code: number): Outcome => {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
    const tests = testResults.flatMap((file) => file.assertionResults);
    const failedTests = tests.filter(({ status }) => status === 'failed').length;
    // A file that does not load, or whose set-up fails, fails the run without failing a test.
    const failedFiles = testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
    );
    const failed = failedTests + failedFiles.length;
    return {
      passed: tests.filter(({ status }) => status === 'passed').length,
      failed: code !== 0 && failed === 0 ? 1 : failed,
      faults: [
        ...failedFiles.map((file) => faultOf(file.name, 'the file itself', file.message)),
        ...testResults.flatMap((file) =>
          file.assertionResults
            .filter(({ status, failureMessages }) => status === 'failed' && !isAfterTheFault(failureMessages))
            .map((test) => faultOf(file.name, test.fullName, (test.failureMessages ?? []).join('\n'))),
        ),
      ],
    };
  } catch {
    return { passed: 0, failed: 1 };
  }
};

/** What stood on the pages of a failed step, as e2e/one-journey.ts keeps it. */
const failedPages = (): string[] =>
  existsSync(screens) ? readdirSync(screens).filter((name) => /^failed-.*\.txt$/.test(name)) : [];

const wordsOf = (name: string): string => {
  const words = readFileSync(join(screens, name), 'utf8').replaceAll(/\s*\n\s*/g, ' | ');
  return `${name}, what stood there: ${words.slice(0, charactersOfAPage)}`;
};

/** Without a browser the journeys are left out loudly; under CI that is a failure. */
const journeys = async (): Promise<Outcome> => {
  const chromium = await findChromium();
  if (chromium) {
    for (const name of failedPages()) rmSync(join(screens, name));
    const outcome = await vitest('e2e');
    return { ...outcome, faults: [...(outcome.faults ?? []), ...failedPages().map(wordsOf)] };
  }
  process.stderr.write(`\n${howToGetChromium}\n`);
  return { passed: 0, failed: process.env['CI'] ? 1 : 0 };
};

const steps: readonly Step[] = [
  {
    name: 'format',
    says: 'the formatter has nothing to change',
    run: () => asOne([inModules('oxfmt/bin/oxfmt'), '--check', '.']),
  },
  {
    name: 'lint',
    says: 'TypeScript and Vue templates',
    run: () =>
      asOne(
        [inModules('oxlint/bin/oxlint'), '--deny-warnings'],
        [inModules('eslint/bin/eslint.js'), '--max-warnings', '0', '--no-error-on-unmatched-pattern', '.'],
      ),
  },
  {
    name: 'guards',
    says: 'floors, doors and orphans',
    run: () =>
      asOne(
        [
          inModules('dependency-cruiser/bin/dependency-cruise.mjs'),
          '--config',
          '.dependency-cruiser.mjs',
          'kernel',
          'platform',
          'ui',
          'modules',
          'apps',
          'bench',
          'e2e',
          'tools',
        ],
        [inModules('knip/bin/knip.js'), '--no-progress', '--no-config-hints'],
      ),
  },
  { name: 'build', says: 'the screens', run: () => asOne([join(house, 'tools/build-web.ts')]) },
  { name: 'typecheck', says: 'three configurations', run: () => asOne([join(house, 'tools/typecheck.ts')]) },
  { name: 'unit', says: 'tests that need nothing', run: () => vitest('node') },
  { name: 'web', says: 'parts of the page', run: () => vitest('web') },
  { name: 'db', says: 'tests on real engines', run: () => vitest('db') },
  { name: 'e2e', says: 'journeys in a real browser', run: journeys },
];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  process.stderr.write(`No such step: ${unknown.join(', ')}. There are ${steps.map(({ name }) => name).join(', ')}.\n`);
  process.exit(2);
}
mkdirSync(results, { recursive: true });
const done: { step: Step; outcome: Outcome; seconds: number }[] = [];
for (const step of steps.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  process.stdout.write(`\n── ${step.name}: ${step.says}\n`);
  const startedMs = performance.now();
  const outcome = await step.run();
  done.push({ step, outcome, seconds: (performance.now() - startedMs) / 1_000 });
}

process.stdout.write('\n');
for (const { step, outcome } of done)
  for (const fault of outcome.faults ?? []) process.stdout.write(`FAILED in ${step.name}: ${fault}\n\n`);
for (const { step, outcome, seconds } of done) {
  const words = outcome.failed > 0 ? `${outcome.failed} FAILED, ${outcome.passed} passed` : `${outcome.passed} passed`;
  process.stdout.write(`${step.name.padEnd(10)} ${`${seconds.toFixed(1)} s`.padStart(8)}   ${words}\n`);
}
const sum = (pick: (outcome: Outcome) => number): number =>
  done.reduce((total, { outcome }) => total + pick(outcome), 0);
const failed = sum((outcome) => outcome.failed);
process.stdout.write(`\n${sum((outcome) => outcome.passed)} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
