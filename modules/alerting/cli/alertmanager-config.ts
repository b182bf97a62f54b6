import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import { exportAlertmanager, importAlertmanager, type ImportAnswer } from '../contract/alertmanager-config.ts';
import { targetFrom } from '../domain/policy/alertmanager/receivers.ts';
import type { RouteTarget } from '../domain/policy/route.ts';
import { alertCommand } from './alerts.ts';

/** `leadline alert import-alertmanager` and `leadline alert export-alertmanager`. */
export const registerAlertmanagerConfig = (program: Command, context: CliContext): void => {
  const alert = alertCommand(program);
  alert
    .command('import-alertmanager')
    .description(
      'Make routes, inhibitions and silences of an alertmanager.yml, with a report of what could not be carried over',
    )
    .argument('<file>', 'alertmanager.yml')
    .option('--silences <file>', 'what `amtool silence query -o json` prints')
    .option(
      '--receiver <name=target...>',
      'whom a receiver becomes: NAME=team:payments, policy:, person:, webhook:URL, owner, nobody',
    )
    .option('--name <name>', 'name of the route that the tree becomes', 'alertmanager')
    .option('--order <number>', 'behind routes of a smaller order', '1000')
    .option('--team <team>', 'team that it belongs to')
    .option('--dry-run', 'say what would be made, and make nothing')
    .addHelpText(
      'after',
      '\nExample:\n  $ amtool silence query -o json > silences.json\n  $ leadline alert import-alertmanager alertmanager.yml --silences silences.json --receiver night=team:payments --dry-run',
    )
    .action(async (file: string, options: ImportOptions) => {
      const said = options.silences === undefined ? [] : await jsonIn(options.silences);
      const answer: ImportAnswer = await context.call(importAlertmanager, {
        body: {
          config: await readFile(file, 'utf8'),
          silences: said,
          receivers: receiversSaid(options.receiver ?? []),
          name: options.name,
          order: Number(options.order),
          team: options.team ?? null,
          origin: 'file',
          source: file,
          dryRun: options.dryRun === true,
        },
      });
      const made = answer.made.map(({ kind, name, outcome }) => ({
        level: answer.dryRun ? `would be ${outcome}` : outcome,
        where: `${kind} ${name}`,
      }));
      context.print([...made, ...answer.report], ['level', 'where', 'what', 'why']);
    });
  alert
    .command('export-alertmanager')
    .description('Print routes and inhibitions as an alertmanager.yml that `amtool check-config` accepts')
    .action(async () => {
      const { config }: { config: string } = await context.call(exportAlertmanager);
      context.text(config.trimEnd());
    });
};

interface ImportOptions {
  readonly silences?: string;
  readonly receiver?: readonly string[];
  readonly name: string;
  readonly order: string;
  readonly team?: string;
  readonly dryRun?: boolean;
}

const jsonIn = async (file: string): Promise<unknown> => {
  const text = await readFile(file, 'utf8');
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return read;
  } catch {
    // Said below: what a parser says of somebody's file helps nobody.
  }
  throw wrong(`${file} is no list in JSON`, 'Give what `amtool silence query -o json` prints.');
};

const receiversSaid = (said: readonly string[]): Record<string, readonly RouteTarget[]> => {
  const found: Record<string, RouteTarget[]> = {};
  for (const each of said) {
    const [, name, target] = /^(.+?)=((?:team|policy|person|webhook):.+|owner|nobody)$/su.exec(each) ?? [];
    const targets = target === undefined ? null : targetFrom(target);
    if (name === undefined || targets === null)
      throw wrong(
        `${each} says no receiver`,
        'Write NAME=team:payments, NAME=policy:night, NAME=person:ada, NAME=owner or NAME=nobody.',
      );
    (found[name] ??= []).push(...targets);
  }
  return found;
};

const wrong = (title: string, detail: string): Refusal =>
  new Refusal({ status: 400, code: 'alerting.bad-import', title, detail });
