import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import { getService, listServices, type ServiceSummary } from '../contract.ts';

export { documentKinds } from './document-kinds.ts';

/** `leadline get services` and `leadline get service NAME`; documents are in `document-kinds.ts`. */
export const register = (program: Command, context: CliContext): void => {
  const get =
    program.commands.find((command) => command.name() === 'get') ??
    program.command('get').description('List things, or show one');
  get
    .command('service')
    .alias('services')
    .argument('[name]')
    .description('Services with their golden figures, worst first; or everything about one')
    .option('--team <team>', 'only those that this team owns')
    .option('--tier <tier>', 'only those of this tier (1 to 4)')
    .option('--environment <environment>', 'only this environment')
    .option('--query <words>', 'only those whose name, title, owner, description or tag holds this')
    .option('--sort <order>', 'worst, name or traffic', 'worst')
    .option('--minutes <minutes>', 'how far back the figures look', '60')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline get services --team payments\n  $ leadline get service shop/checkout -o yaml',
    )
    .action(async (name: string | undefined, options: ListOptions) => {
      if (name !== undefined) return context.print(await context.call(getService, { params: { name } }));
      context.print((await allServices(context, options)).map(row), columns);
    });
};

interface ListOptions {
  readonly team?: string;
  readonly tier?: string;
  readonly environment?: string;
  readonly query?: string;
  readonly sort: string;
  readonly minutes: string;
}

/** All pages; the catalog itself bounds how many there are. */
const allServices = async (context: CliContext, { query: q, ...filter }: ListOptions): Promise<ServiceSummary[]> => {
  const items: ServiceSummary[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: ServiceSummary[]; next: string | null } = await context.call(listServices, {
      query: { ...filter, q, limit: 200, ...(cursor ? { cursor } : {}) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

const columns = [
  'name',
  'environment',
  'health',
  'requestsPerSecond',
  'errorRatio',
  'p99Ms',
  'owner',
  'tier',
  'version',
  'lastSeen',
] as const;

const row = (item: ServiceSummary): Record<(typeof columns)[number], unknown> => ({
  name: item.name,
  environment: item.environment,
  health: item.health.level,
  requestsPerSecond: rounded(item.figures?.requestsPerSecond, 2),
  errorRatio: rounded(item.figures?.errorRatio, 4),
  p99Ms: rounded(item.figures?.p99Ms, 1),
  owner: item.owner,
  tier: item.tier,
  version: item.version,
  lastSeen: item.lastSeen,
});

const rounded = (value: number | null | undefined, digits: number): number | null =>
  value === null || value === undefined ? null : Number(value.toFixed(digits));
