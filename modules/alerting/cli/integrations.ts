import { Option, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import * as contract from '../contract/integrations.ts';
import { makeableKinds } from '../domain/integrations/kinds.ts';
import type { SetUpLine } from '../domain/integrations/set-up-line.ts';

type Shown = contract.ShownIntegration;

/** `kind: Integration`; keys are no part of a document: `leadline integration rotate` makes them. */
export const integrationKind: DocumentKind = {
  kind: 'Integration',
  schema: contract.integrationDocument,
  replacesWhole: true,
  apply: async (context, document, name, file) => {
    const { spec } = contract.integrationDocument.parse(document);
    const body = { ...spec, origin: 'file', source: file ?? null };
    return (await inSpec(context.call(contract.putIntegration, { params: { name }, body }))).outcome;
  },
  remove: (context, name) => context.call(contract.deleteIntegration, { params: { name } }),
  get: async (context, name) => {
    const found: Shown[] =
      name === null ? await all(context, {}) : [await context.call(contract.getIntegration, { params: { name } })];
    return found.filter(({ builtIn }) => !builtIn).map(documentOf);
  },
};

const documentOf = ({ name, kind, team, description, settings, enabled }: Shown) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'Integration',
  metadata: { name },
  spec: { kind, ...(team === null ? {} : { team }), description, settings, enabled },
});

const all = async (context: CliContext, filter: Record<string, unknown>): Promise<Shown[]> => {
  const items: Shown[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { items: Shown[]; next: string | null } = await context.call(contract.listIntegrations, {
      query: { limit: 200, ...filter, ...(cursor === null ? {} : { cursor }) },
    });
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
};

/** `leadline integration …`. */
export const registerIntegrations = (program: Command, context: CliContext): void => {
  const integration = program
    .command('integration')
    .description('Integrations: where alerts come from, and their keys');
  registerMaking(integration, context);
  registerKeys(integration, context);
  registerLooking(integration, context);
};

const registerMaking = (integration: Command, context: CliContext): void => {
  integration
    .command('create')
    .description('Make an integration with its first key, which is shown only here, and print the lines to paste')
    .requiredOption('--kind <kind>', makeableKinds.join(', '))
    .requiredOption('--name <name>', 'the short word that files and URLs use')
    .option('--team <team>', 'whose it is: its editors may change it, its alerts that nobody else owns go to it')
    .option('--description <text>', 'what sends there', '')
    .option('--settings <file>', 'a file of JSON with what this kind needs to know')
    .addOption(outputOfKey())
    .action(async (said: Record<string, string | undefined>) => {
      const settings = said['settings'] === undefined ? {} : await settingsOf(said['settings']);
      const { name, kind, team = null, description } = said;
      const made = await context.call(contract.createIntegration, {
        body: { name, kind, team, description, settings },
      });
      printMade(context, made, said['output']);
    });
  integration
    .command('delete')
    .description('Delete an integration with its keys and payloads; its alerts stay')
    .argument('<name>')
    .action(async (name: string) => context.call(contract.deleteIntegration, { params: { name } }));
};

const registerKeys = (integration: Command, context: CliContext): void => {
  integration
    .command('rotate')
    .description('Make a new key, shown only here; those before it work on for the overlap')
    .argument('<name>')
    .option('--overlap <duration>', 'how long the keys before it work on; PT0S: not at all', 'PT24H')
    .addOption(outputOfKey())
    .action(async (name: string, { overlap, output }: { overlap: string; output?: string }) =>
      printMade(context, await context.call(contract.makeKey, { params: { name }, body: { overlap } }), output),
    );
  integration
    .command('revoke')
    .description('Revoke a key, by its id or its last four characters: it opens nothing any more')
    .argument('<name>')
    .argument('<key>')
    .action(async (name: string, key: string) => {
      const { keys }: contract.WholeIntegration = await context.call(contract.getIntegration, { params: { name } });
      const found = keys.filter(({ id, ending }) => id === key || ending === key);
      if (found.length !== 1) throw unclearKey(key, found.length);
      await context.call(contract.revokeKey, { params: { name, key: found[0]!.id } });
    });
};

const registerLooking = (integration: Command, context: CliContext): void => {
  integration
    .command('list')
    .description('Integrations by name')
    .option('--kind <kind>', 'only those of this kind')
    .option('--team <team>', 'only those of this team')
    .action(async ({ kind, team }: { kind?: string; team?: string }) =>
      context.print(await all(context, { kind, team }), [
        'name',
        'kind',
        'team',
        'enabled',
        'receivedLastDay',
        'faultyLastDay',
        'lastReceivedAt',
      ]),
    );
  integration
    .command('show')
    .description('One integration, its keys (never their text) and the lines to paste')
    .argument('<name>')
    .action(async (name: string) => {
      const found: contract.WholeIntegration = await context.call(contract.getIntegration, { params: { name } });
      const { lines, keys, ...rest } = found;
      context.print([rest], ['name', 'kind', 'team', 'enabled', 'receivedLastDay', 'faultyLastDay', 'changedBy']);
      context.print(keys, ['id', 'ending', 'madeAt', 'madeBy', 'expiresAt', 'lastUsedAt']);
      printLines(context, lines);
    });
  integration
    .command('payloads')
    .description('The last payloads and the last faulty ones, newest first')
    .argument('<name>')
    .option('--faulty', 'only those that were refused or not wholly understood')
    .option('--show <id>', 'one payload as it came')
    .action(async (name: string, { faulty, show }: { faulty?: true; show?: string }) => {
      if (show !== undefined) {
        const { body }: { body: string } = await context.call(contract.getPayload, { params: { name, id: show } });
        return context.text(body);
      }
      const { items } = await context.call(contract.listPayloads, {
        params: { name },
        query: faulty ? { faulty: true } : {},
      });
      context.print(items, ['at', 'status', 'faulty', 'bytes', 'error', 'id']);
    });
  integration
    .command('replay')
    .description('Take a payload once more as if it came now')
    .argument('<name>')
    .argument('<payload>')
    .action(async (name: string, id: string) =>
      context.print(
        [await context.call(contract.replayPayload, { params: { name, id } })],
        ['status', 'error', 'payload'],
      ),
    );
  integration
    .command('test')
    .description('Send a test alert the whole way and say what became of it')
    .argument('<name>')
    .option('--label <name=value...>', 'what it says besides', [])
    .action(async (name: string, { label }: { label: string[] }) => {
      const labels = Object.fromEntries(label.map(pairOf));
      const tested = await context.call(contract.testIntegration, { params: { name }, body: { labels } });
      context.text(tested.says);
      context.print(tested.alerts, ['alert', 'outcome', 'pages']);
    });
};

const outputOfKey = (): Option =>
  new Option('-o, --output <form>', '`key` prints the key alone').choices(['lines', 'key', 'json']).default('lines');

const printMade = (
  context: CliContext,
  made: { readonly key: string; readonly lines: readonly SetUpLine[] },
  output: string | undefined,
): void => {
  if (output === 'json') return context.text(JSON.stringify(made, null, 2));
  context.text(made.key);
  if (output !== 'key') printLines(context, made.lines);
};

const printLines = (context: CliContext, lines: readonly SetUpLine[]): void => {
  for (const { label, code } of lines) context.text(`\n# ${label}\n${code}`);
};

const pairOf = (text: string): [string, string] => {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

const settingsOf = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Refusal({
      status: 400,
      code: 'alerting.settings-unreadable',
      title: 'The settings are no JSON that can be read',
      detail: `${file}: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
};

const unclearKey = (key: string, count: number): Refusal =>
  new Refusal({
    status: 404,
    code: 'alerting.no-such-key',
    title: count === 0 ? 'This integration has no such key' : 'More than one key ends so',
    detail: `${key}: take the id that \`leadline integration show\` prints.`,
  });

/** The body of the route is the document's `spec`: wrong fields are named by where they stand in the file. */
const inSpec = async <Value>(answer: Promise<Value>): Promise<Value> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    const errors = error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/u, 'spec') }));
    throw new Refusal({ ...error.problem, errors });
  }
};
