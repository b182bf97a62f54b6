import type { Command } from 'commander';
import { stringify } from 'yaml';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentFamily, DocumentKind } from '../../../platform/cli/context.ts';
import { getObjective, listObjectives, type ObjectiveSummary } from '../contract.ts';
import { listDocuments, type KeptDocumentAnswer } from '../contract/documents.ts';
import { compileChange } from '../domain/compile-change.ts';
import { availabilityExample } from '../domain/example.ts';
import { isError } from '../domain/openslo/finding.ts';
import { registerBacktests } from './backtests.ts';
import { correctionKind, registerCorrections } from './corrections.ts';
import { objectivesFamily } from './objectives-family.ts';
import { policyKind, registerPolicy } from './policies.ts';
import { registerReviews } from './reviews.ts';
import { registerSuggestions } from './suggestions.ts';
import { registerShares } from './shares.ts';

/** Documents that `apply`, `diff`, `validate` and `delete` take. */
export const documentFamilies: readonly DocumentFamily[] = [objectivesFamily];
export const documentKinds: readonly DocumentKind[] = [policyKind, correctionKind];

/** `leadline get objectives` and `leadline objective …`. */
export const register = (program: Command, context: CliContext): void => {
  registerGet(program, context);
  const objective = program.command('objective').description('Begin a promise, or take promises along as OpenSLO');
  registerExample(objective, context);
  registerExport(objective, context);
  registerPolicy(objective, context);
  registerReviews(program, objective, context);
  registerSuggestions(objective, context);
  registerBacktests(objective, context);
  registerShares(program, objective, context);
  registerCorrections(program, context);
};

const registerGet = (program: Command, context: CliContext): void => {
  const get =
    program.commands.find((command) => command.name() === 'get') ??
    program.command('get').description('List things, or show one');
  get
    .command('objective')
    .alias('objectives')
    .argument('[name]')
    .description('Objectives with their budgets, most endangered first; or everything about one')
    .option('--service <service>', 'only those of this service')
    .option('--team <team>', 'only those that this team owns')
    .option('--state <state>', 'ok, burning, exhausted or no-data')
    .option('--query <words>', 'only those whose name, service or owner holds this')
    .option('--sort <order>', 'endangered or name', 'endangered')
    .option('--at <instant>', 'one objective as it was then: 2026-11-22T12:00:00Z')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline get objectives --state burning\n  $ leadline get objective checkout-availability -o yaml',
    )
    .action(async (name: string | undefined, { at, query: q, ...filter }: GetOptions) => {
      if (name !== undefined)
        return context.print(
          await context.call(getObjective, { params: { name }, query: at === undefined ? {} : { at } }),
        );
      const items = await everyPage<ObjectiveSummary>((page) =>
        context.call(listObjectives, { query: { ...filter, ...(q === undefined ? {} : { q }), ...page } }),
      );
      context.print(items.map(row), columns);
    });
};

interface GetOptions {
  readonly service?: string;
  readonly team?: string;
  readonly state?: string;
  readonly query?: string;
  readonly sort: string;
  readonly at?: string;
}

const columns = [
  'name',
  'state',
  'target',
  'achieved',
  'budgetLeft',
  'burnRate',
  'window',
  'service',
  'owner',
] as const;

/** Percent for the eye; no data stays empty. */
const row = (item: ObjectiveSummary): Record<(typeof columns)[number], unknown> => ({
  name: item.name,
  state: item.state,
  target: `${item.targetPpm / 10_000} %`,
  achieved: item.achievedPpm === null ? null : `${Number((item.achievedPpm / 10_000).toFixed(4))} %`,
  budgetLeft: item.remainingRatio === null ? null : `${Number((item.remainingRatio * 100).toFixed(1))} %`,
  burnRate: item.burnRate === null ? null : Number(item.burnRate.toFixed(2)),
  window: item.windowText,
  service: item.service,
  owner: item.owner,
});

const registerExample = (objective: Command, context: CliContext): void => {
  objective
    .command('example')
    .description('Print an OpenSLO document that promises availability over the spans of a service, ready for apply')
    .requiredOption('--service <service>', 'whose requests are counted, as the catalog names it')
    .requiredOption('--name <name>', 'name of the objective: small letters, digits and dashes')
    .option('--target <percent>', 'how many requests must not fail', '99.5')
    .option('--window <duration>', 'rolling window', '28d')
    .option('--environment <environment>', 'only requests of this environment')
    .option('--operation <operation>', 'only requests of this operation')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline objective example --service shop/checkout --target 99.5 --window 28d --name checkout-availability | leadline apply -f -',
    )
    .action((options: ExampleOptions) => {
      const document = availabilityExample({
        name: options.name,
        service: options.service,
        environment: options.environment ?? null,
        operation: options.operation ?? null,
        targetPercent: Number(options.target),
        window: options.window,
      });
      const known = { documents: [], objectives: [], ownerOf: () => null, complete: false } as const;
      const errors = compileChange([document], known).findings.filter(isError);
      if (errors.length > 0)
        throw new Refusal({
          status: 400,
          code: 'objectives.no-example',
          title: 'This cannot be promised',
          errors: errors.map(({ path, message }) => ({ path: path.join('.'), message })),
        });
      context.text(stringify(document, { lineWidth: 0 }).trimEnd());
    });
};

interface ExampleOptions {
  readonly service: string;
  readonly name: string;
  readonly target: string;
  readonly window: string;
  readonly environment?: string;
  readonly operation?: string;
}

const registerExport = (objective: Command, context: CliContext): void => {
  objective
    .command('export')
    .description('Print objectives as OpenSLO v1 documents: one with all that it refers to, or every document')
    .argument('[name]', 'name of the objective; all documents where it is left out')
    .addHelpText('after', '\nExample:\n  $ leadline objective export checkout-availability > slo.yaml')
    .action(async (name: string | undefined) => {
      const items = await everyPage<KeptDocumentAnswer>((page) =>
        context.call(listDocuments, { query: name === undefined ? page : { objective: name } }),
      );
      context.text(
        items
          .map(({ body }) => stringify(body, { lineWidth: 0 }))
          .join('---\n')
          .trimEnd(),
      );
    });
};

const everyPage = async <Item>(
  ask: (page: { limit: number; cursor?: string }) => Promise<{ items: Item[]; next: string | null }>,
): Promise<Item[]> => {
  const items: Item[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: Item[]; next: string | null } = await ask({ limit: 200, ...(cursor ? { cursor } : {}) });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};
