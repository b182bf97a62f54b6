import { Option, type Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import {
  listRealIncidents,
  markRealIncident,
  presets,
  runBacktest,
  unmarkRealIncident,
  type Backtest,
} from '../contract/backtests.ts';

/** `leadline objective backtest [NAME …]` and `leadline objective incidents NAME`, by which back-tests are judged. */
export const registerBacktests = (objective: Command, context: CliContext): void => {
  registerBacktest(objective, context);
  registerIncidents(objective, context);
};

interface BacktestOptions {
  readonly policy: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly alerts?: boolean;
  readonly uncorrected?: boolean;
}

const figures = ['policy', 'pages', 'tickets', 'firingMinutes', 'precision', 'recall'] as const;

const registerBacktest = (objective: Command, context: CliContext): void => {
  objective
    .command('backtest')
    .argument('[names...]', 'objectives; all where none is named')
    .description('What alert policies would have done over stored history, side by side')
    .addOption(new Option('--policy <preset...>', 'which ones').choices(presets).default(['default']))
    .option('--from <instant>', 'begin: 2026-11-01T00:00:00Z; 30 days before its end where it is left out')
    .option('--to <instant>', 'its end; now where it is left out')
    .option('--alerts', 'list each alert instead of the figures')
    .option('--uncorrected', 'count what corrections exclude too')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline objective backtest\n  $ leadline objective backtest checkout-availability --policy own workbook-5 workbook-6\n  $ leadline objective backtest checkout-availability --alerts\n\nPrecision and recall are against `leadline objective incidents`; policies of your own are tried on the page Back-test.',
    )
    .action(async (objectives: string[], { policy, alerts, uncorrected, from, to }: BacktestOptions) => {
      const body = { objectives, policies: policy.map((preset) => ({ preset })), from, to, corrected: !uncorrected };
      const answer: Backtest = await context.call(runBacktest, { body });
      if (alerts) {
        const columns = ['policy', 'objective', 'tier', 'urgency', 'at', 'until', 'detectionSeconds', 'resetSeconds'];
        const rows = answer.results.flatMap(({ policy: name, alerts: raised }) =>
          raised.map((alert) => ({ policy: name, ...alert })),
        );
        return context.print(rows, columns);
      }
      const { results, ...over } = answer;
      const medians = ['detectionSecondsMedian', 'resetSecondsMedian'];
      const columns = [...figures, ...medians, 'objectives', 'from', 'to'];
      context.print(
        results.map((result) => ({ ...result, ...over })),
        over.notes.length === 0 ? columns : [...columns, 'notes'],
      );
    });
};

interface IncidentOptions {
  readonly from?: string;
  readonly to?: string;
  readonly note: string;
  readonly remove?: string;
}

const registerIncidents = (objective: Command, context: CliContext): void => {
  objective
    .command('incidents')
    .argument('<name>')
    .description('Periods marked as real incidents of an objective; or mark one, or take a mark away')
    .option('--from <instant>', 'marks one that began then: 2026-11-15T12:00:00Z')
    .option('--to <instant>', 'and ended then')
    .option('--note <words>', 'what it was', '')
    .option('--remove <id>', 'takes this mark away')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline objective incidents checkout-availability\n  $ leadline objective incidents checkout-availability --from 2026-11-15T12:00:00Z --to 2026-11-15T12:10:00Z --note "Broker down"',
    )
    .action(async (name: string, { from, to, note, remove }: IncidentOptions) => {
      const columns = ['id', 'from', 'to', 'note', 'by'];
      if (remove !== undefined) return void (await context.call(unmarkRealIncident, { params: { name, id: remove } }));
      if (from !== undefined || to !== undefined) {
        return context.print(
          await context.call(markRealIncident, { params: { name }, body: { from, to, note } }),
          columns,
        );
      }
      context.print((await context.call(listRealIncidents, { params: { name } })).items, columns);
    });
};
