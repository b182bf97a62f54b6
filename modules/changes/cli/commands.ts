import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import { announceChange, changeKind, listChanges, type Change } from '../contract.ts';

const columns = ['startedAt', 'service', 'environment', 'kind', 'title', 'by', 'id'];

/** `leadline change announce` for pipelines, `leadline get changes` for people. */
export const register = (program: Command, context: CliContext): void => {
  program
    .command('change')
    .description('Changes: announce what was done to a service')
    .command('announce')
    .description('Say that a service is being changed, or was')
    .requiredOption('--service <service>', 'name in the catalog: namespace/name')
    .option('--environment <environment>', 'where; any where absent')
    .option('--kind <kind>', changeKind.options.join(', '), 'deploy')
    .option('--version <version>', 'version that a deploy brings')
    .option('--title <title>', 'one sentence for a person')
    .option('--by <who>', 'who made it; the token where absent')
    .option('--link <url>', 'where more stands: the pipeline, the pull request')
    .option('--started-at <instant>', 'when it began to take effect (RFC 3339); now where absent')
    .option('--ended-at <instant>', 'when it was through')
    .option('--key <key>', 'your own name for it: the same again changes it and makes no second')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline change announce --service shop/checkout --version 1.4.2 --key run-4711 --link https://ci.example.org/4711',
    )
    .action(async ({ output: _output, data: _data, ...said }: Record<string, string>) => {
      const { change, outcome }: { change: Change; outcome: string } = await context.call(announceChange, {
        body: said,
      });
      context.print([{ outcome, ...change }], ['outcome', ...columns]);
    });
  const get =
    program.commands.find((command) => command.name() === 'get') ??
    program.command('get').description('List things, or show one');
  get
    .command('change')
    .alias('changes')
    .description('Changes, newest first')
    .option('--service <service>', 'only those of this service')
    .option('--environment <environment>', 'only those of this environment')
    .option('--from <instant>', 'only those that began then or later (RFC 3339)')
    .option('--to <instant>', 'only those that began earlier')
    .option('--limit <count>', 'how many', '50')
    .action(async ({ service, environment, from, to, limit }: Record<string, string>) => {
      const query = { service, environment, from, to, limit };
      const page: { items: Change[] } = await context.call(listChanges, { query });
      context.print(page.items, columns);
    });
};
