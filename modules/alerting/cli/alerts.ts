import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import * as contract from '../contract/alerts.ts';

const columns = ['startsAt', 'status', 'severity', 'summary', 'source', 'service', 'id'];

/** The word `alert`, which several parts add to. */
export const alertCommand = (program: Command): Command =>
  program.commands.find((command) => command.name() === 'alert') ??
  program.command('alert').description('Alerts: what fires, what became of it, and why');

/** `leadline alert list|show|why|acknowledge|resolve|unacknowledge|reopen|send`. */
export const registerAlert = (program: Command, context: CliContext): void => {
  const alert = alertCommand(program);
  alert
    .command('list')
    .description('Alerts, newest first')
    .option('--state <state>', 'active, firing, acknowledged, suppressed, resolved or all', 'active')
    .option('--label <name=value...>', 'only those with this label, or (name!=value) without; several all hold')
    .option('--service <service>', 'only those of this service')
    .option('--source <integration>', 'only those that this integration brought')
    .option('--limit <count>', 'how many', '50')
    .action(async ({ state, label, service, source, limit }: Record<string, any>) => {
      const answer: { items: contract.Alert[] } = await context.call(contract.listAlerts, {
        query: { state, label, service, source, limit },
      });
      context.print(answer.items, columns);
    });
  alert
    .command('show')
    .description('One alert with what was decided of it')
    .argument('<id>')
    .action(async (id: string) =>
      context.print(
        [await context.call(contract.getAlert, { params: { id } })],
        [...columns, 'acknowledgedBy', 'pages'],
      ),
    );
  alert
    .command('why')
    .description('Why somebody was told of it, or was not')
    .argument('<id>')
    .action(async (id: string) => {
      const found: { because: string; decisions: contract.DecisionMade[] } = await context.call(contract.whyAlert, {
        params: { id },
      });
      const now = { at: 'now', decision: '', reason: found.because, page: '' };
      context.print([...found.decisions, now], ['at', 'decision', 'reason', 'page']);
    });
  registerActs(alert, context);
  registerSend(alert, context);
};

const registerActs = (alert: Command, context: CliContext): void => {
  for (const [verb, shape, words] of [
    ['acknowledge', contract.acknowledgeAlert, 'You are on it until it clears'],
    ['resolve', contract.resolveAlert, 'It is over'],
    ['unacknowledge', contract.unacknowledgeAlert, 'You are not on it after all: its page begins anew'],
    ['reopen', contract.reopenAlert, 'It is not over after all, for a day and while its sender goes on'],
  ] as const)
    alert
      .command(verb)
      .description(words)
      .argument('<ids...>')
      .option('--note <text>', 'what it was')
      .action(async (ids: string[], { note }: { note?: string }) => {
        const changed: unknown[] = [];
        for (const id of ids) changed.push(await context.call(shape, { params: { id }, body: { note } }));
        context.print(changed, [...columns, 'acknowledgedBy', 'resolvedBy']);
      });
};

const registerSend = (alert: Command, context: CliContext): void => {
  alert
    .command('send')
    .description('Send an alert of your own')
    .option('--summary <text>', 'one sentence: what is wrong')
    .option('--severity <severity>', 'critical, error, warning or info')
    .option('--label <name=value...>', 'labels; without a key they are its identity')
    .option('--annotation <name=value...>', 'description, runbook_url, …')
    .option('--service <service>', 'which service it is about: namespace/name')
    .option('--key <key>', 'the same key while it fires is the same alert')
    .option('--acknowledge', 'somebody is on it')
    .option('--resolve', 'it is over')
    .option('--ends-at <instant>', 'it is over by itself then (RFC 3339)')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline alert send --summary "Backup of ledger failed" --severity error --label job=backup --key backup-ledger',
    )
    .action(async (said: Record<string, any>) => {
      const { summary, severity, service, key: dedupKey, endsAt } = said;
      const action = said['resolve'] ? 'resolve' : said['acknowledge'] ? 'acknowledge' : 'trigger';
      const labels = pairs(said['label']);
      const annotations = pairs(said['annotation']);
      const body = { summary, severity, service, dedupKey, endsAt, action, labels, annotations };
      const answer: { items: unknown[] } = await context.call(contract.sendAlerts, { body });
      context.print(answer.items, ['outcome', 'dedupKey', 'id', 'reason']);
    });
};

const pairs = (said: readonly string[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (said ?? []).map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
