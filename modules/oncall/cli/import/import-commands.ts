import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { Refusal } from '../../../../kernel/problem.ts';
import type { CliContext } from '../../../../platform/cli/context.ts';
import type { Imported } from './gathered.ts';
import { fromGrafanaOncall } from './grafana-oncall.ts';
import { fromOpsgenie } from './opsgenie.ts';
import { fromPagerDuty } from './pagerduty.ts';

const readers: Readonly<Record<string, (files: readonly unknown[]) => Imported>> = {
  opsgenie: fromOpsgenie,
  pagerduty: fromPagerDuty,
  'grafana-oncall': fromGrafanaOncall,
};

/** `leadline oncall import`: needs no server; what it prints is for `leadline apply -f -`. */
export const registerImport = (oncall: Command, context: CliContext): void => {
  oncall
    .command('import')
    .argument('<file...>', 'answers of the API as JSON; - reads standard input')
    .requiredOption('--from <product>', Object.keys(readers).join(', '))
    .description(
      'Turn schedules, escalations and people of another product into documents; what was not carried over is told on standard error',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline oncall import --from opsgenie schedules.json users.json > oncall.yaml\n  $ leadline oncall import --from pagerduty *.json 2> left-over.txt | leadline apply -f -',
    )
    .action((files: readonly string[], { from }: { from: string }) => {
      const read = Object.hasOwn(readers, from) ? readers[from]! : null;
      if (read === null) throw wrong('--from', `${from} is not known; it is one of ${Object.keys(readers).join(', ')}`);
      const { documents, leftOver } = read(files.map(jsonOf));
      context.text(
        documents
          .map((each) => stringify(each, { compat: 'yaml-1.1' }))
          .join('---\n')
          .trimEnd(),
      );
      process.stderr.write(reportText(documents.length, leftOver));
    });
};

/** What was made, and line by line what was not carried over or only in another way. */
export const reportText = (count: number, leftOver: Imported['leftOver']): string =>
  [
    `${count} documents; ${leftOver.length === 0 ? 'everything was carried over' : `${leftOver.length} things to look at:`}`,
    ...leftOver.map(({ where, what, why }) => `- ${where}: ${what}: ${why}`),
    '',
  ].join('\n');

const jsonOf = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'));
  } catch (error) {
    throw wrong(file, `cannot be read as JSON: ${(error as Error).message}`);
  }
};

const wrong = (path: string, message: string): Refusal =>
  new Refusal({ status: 400, code: 'cli.wrong-option', title: `${path}: ${message}`, errors: [{ path, message }] });
