import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import { Refusal } from '../../../kernel/problem.ts';
import { getSpent, type Spent } from '../contract/spent.ts';
import { listSuggestions, type Suggestion } from '../contract/suggest.ts';
import { countText, percentText, ppmText } from '../domain/number-text.ts';

/** `leadline objective suggest` and `leadline objective spent NAME`. */
export const registerSuggestions = (objective: Command, context: CliContext): void => {
  registerSuggest(objective, context);
  registerSpent(objective, context);
};

interface SuggestOptions {
  readonly service?: string;
  readonly environment?: string;
  readonly all?: boolean;
  readonly documents?: boolean;
}

const registerSuggest = (objective: Command, context: CliContext): void => {
  objective
    .command('suggest')
    .description('Propose objectives for services that have none, from their history')
    .option('--service <service>', 'only this one')
    .option('--environment <environment>', 'only requests of this environment')
    .option('--all', 'also for services that have objectives')
    .option('--documents', 'print the proposals as OpenSLO documents, ready for apply')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline objective suggest\n  $ leadline objective suggest --service shop/checkout --documents | leadline apply -f -',
    )
    .action(async ({ documents, all, ...filter }: SuggestOptions) => {
      const { items, notYet }: { items: Suggestion[]; notYet: { service: string; about: string; reason: string }[] } =
        await context.call(listSuggestions, { query: { ...filter, ...(all ? { all: 'true' } : {}) } });
      if (documents) return context.text(items.map((item) => item.document.trimEnd()).join('\n---\n'));
      context.print(
        [
          ...items.map((item) => ({
            name: item.name,
            service: item.service,
            environment: item.environment,
            target: ppmText(item.targetPpm),
            reason: item.reason,
          })),
          ...notYet.map(({ service, about, reason }) => ({
            name: null,
            service,
            environment: null,
            target: null,
            reason: `${about}: ${reason}`,
          })),
        ],
        ['name', 'service', 'environment', 'target', 'reason'],
      );
    });
};

const registerSpent = (objective: Command, context: CliContext): void => {
  objective
    .command('spent')
    .argument('<name>')
    .description('Where a budget went: who spent it, when most was spent, and what happened then')
    .option('--from <instant>', 'begin of the stretch: 2026-11-22T12:00:00Z; the whole window where it is left out')
    .option('--to <instant>', 'its end; now where it is left out')
    .option('--by <dimension>', 'only one: operation, version, environment, dependency or attribute:<key>')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline objective spent checkout-availability --by version\n  $ leadline objective spent checkout-availability -o yaml',
    )
    .action(async (name: string, { by, ...query }: { by?: string; from?: string; to?: string }) => {
      const spent: Spent = await context.call(getSpent, { params: { name }, query });
      const known = spent.by.map(({ dimension }) => dimension);
      if (by !== undefined && !known.includes(by)) throw unknownDimension(by, known);
      const columns = ['by', 'value', 'bad', 'ofBad', 'ofBudget', 'lift', 'exact'];
      context.print([wholeOf(spent), ...rowsOf(spent, by)], columns);
    });
};

/** What went in all: also where nothing tells who spent it, as of an outside source. */
const wholeOf = (spent: Spent) => ({
  by: 'all',
  value: `${countText(spent.good + spent.bad)} events, ${spent.from} to ${spent.to}`,
  bad: countText(spent.bad),
  ofBad: spent.bad === 0 ? null : '100 %',
  ofBudget: spent.budgetShare === null ? null : percentText(spent.budgetShare),
  lift: null,
  exact: true,
});

const rowsOf = (spent: Spent, by: string | undefined) =>
  spent.by
    .filter(({ dimension }) => by === undefined || dimension === by)
    .flatMap(({ dimension, exact, shares }) =>
      shares.map((share) => ({
        by: dimension,
        value: share.value,
        bad: countText(share.bad),
        ofBad: percentText(share.badShare),
        ofBudget: share.budgetShare === null ? null : percentText(share.budgetShare),
        lift: share.lift === null ? null : `${countText(share.lift)}×`,
        exact,
      })),
    );

const unknownDimension = (by: string, known: readonly string[]): Refusal =>
  new Refusal({
    status: 400,
    code: 'objectives.unknown-dimension',
    title: `Nothing was spent by ${by}`,
    detail: known.length === 0 ? 'Nobody knows who spent it.' : `Write one of ${known.join(', ')}.`,
  });
