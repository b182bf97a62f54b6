import type { Command } from 'commander';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import {
  listMessages,
  listProviders,
  providerSpec,
  removeProvider,
  testProvider,
  type MessageSummary,
  type Provider,
} from '../contract.ts';
import { providerKind, putProvider } from './documents.ts';

export const documentKinds = [providerKind];

const columns = ['name', 'channel', 'kind', 'priority', 'enabled', 'builtIn', 'secretNames', 'callbackUrl'];
const collect = (value: string, before: string[]): string[] => [...before, value];

/** `leadline provider …`: how messages leave; `leadline get messages`: what left. */
export const register = (program: Command, context: CliContext): void => {
  const provider = program.command('provider').description('Providers: by whom messages leave for people and systems');
  registerList(provider, context);
  registerSet(provider, context);
  registerTest(provider, context);
  provider
    .command('delete')
    .argument('<name>')
    .description('Remove a provider; what waits for it goes to the next one')
    .action(async (name: string) => {
      await context.call(removeProvider, { params: { name } });
    });
  const get =
    program.commands.find((command) => command.name() === 'get') ??
    program.command('get').description('List things, or show one');
  get
    .command('message')
    .alias('messages')
    .description('Messages that left or shall leave, newest first, with what each provider answered')
    .option('--about <subject>', 'only those about this: page:<id>')
    .option('--state <state>', 'waiting, unconfirmed, accepted, delivered, failed, expired or cancelled')
    .option('--channel <channel>', 'only those of this channel')
    .option('--limit <count>', 'how many', '50')
    .action(async ({ about, state, channel, limit }: Record<string, string>) => {
      const page: { items: MessageSummary[] } = await context.call(listMessages, {
        query: { about, state, channel, limit },
      });
      const rows = page.items.map(({ attempts, ...message }) => ({
        ...message,
        attempts: attempts.map(({ provider: by, result, detail }) =>
          `${by}: ${result ?? 'under way'} ${detail ?? ''}`.trim(),
        ),
      }));
      context.print(rows, ['createdAt', 'channel', 'address', 'state', 'subject', 'about', 'attempts']);
    });
};

const registerList = (provider: Command, context: CliContext): void => {
  provider
    .command('list')
    .description('Providers in the order in which they are asked')
    .action(async () => {
      const { items }: { items: Provider[] } = await context.call(listProviders);
      context.print(items, columns);
    });
};

const registerSet = (provider: Command, context: CliContext): void => {
  provider
    .command('set')
    .argument('<name>')
    .description('Make or change a provider')
    .requiredOption('--channel <channel>', 'email, webhook, web-push, slack, teams, ntfy, sms or voice')
    .requiredOption('--kind <kind>', 'smtp, webhook, twilio, http-gateway, slack, teams, ntfy or web-push')
    .option('--priority <number>', 'smaller is asked first', '100')
    .option('--disabled', 'keep it, but send nothing by it')
    .option('--setting <name=value>', 'a field of the kind; may be given again', collect, [])
    .option(
      '--secret-from <name=VARIABLE>',
      'a secret, read from an environment variable; may be given again',
      collect,
      [],
    )
    .option('--rate <perSecond>', 'calls a second over all processes')
    .option('--concurrency <calls>', 'calls under way at one time in each process')
    .option('--receipt-within <seconds>', 'ask the next provider when no receipt came by then')
    .addHelpText(
      'after',
      '\nExample:\n  $ SMTP_PASSWORD=… leadline provider set mail --channel email --kind smtp --setting host=smtp.example.org \\\n      --setting from=leadline@example.org --setting username=leadline --secret-from password=SMTP_PASSWORD',
    )
    .action(async (name: string, options: SetOptions) => {
      const { provider: made, outcome } = await putProvider(context, name, specFrom(options));
      context.print([{ outcome, ...made }], ['outcome', ...columns]);
    });
};

interface SetOptions {
  readonly channel: string;
  readonly kind: string;
  readonly priority: string;
  readonly disabled?: true;
  readonly setting: readonly string[];
  readonly secretFrom: readonly string[];
  readonly rate?: string;
  readonly concurrency?: string;
  readonly receiptWithin?: string;
}

const specFrom = (options: SetOptions) => {
  const spec = providerSpec.safeParse({
    channel: options.channel,
    kind: options.kind,
    priority: Number(options.priority),
    enabled: options.disabled !== true,
    settings: Object.fromEntries(pairs('--setting', options.setting).map(([name, value]) => [name, valueOf(value)])),
    rateLimit: {
      ...(options.rate === undefined ? {} : { perSecond: Number(options.rate) }),
      ...(options.concurrency === undefined ? {} : { concurrency: Number(options.concurrency) }),
    },
    receiptWithinSeconds: options.receiptWithin === undefined ? null : Number(options.receiptWithin),
  });
  if (spec.success)
    return { ...spec.data, secretsFromEnvironment: Object.fromEntries(pairs('--secret-from', options.secretFrom)) };
  const errors = spec.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new Refusal({ status: 400, code: 'delivery.wrong-provider', title: 'This is no provider', errors });
};

const pairs = (option: string, texts: readonly string[]): [string, string][] =>
  texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new Refusal({ status: 400, code: 'cli.wrong-pair', title: `${option} takes NAME=VALUE`, detail: text });
  });

/** Numbers, true, false, lists and objects are written as JSON; everything else is text. */
const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const registerTest = (provider: Command, context: CliContext): void => {
  provider
    .command('test')
    .argument('<name>')
    .requiredOption('--to <address>', 'where the test message goes')
    .description('Send one message by this provider alone and say what it answered')
    .addHelpText('after', '\nExample:\n  $ leadline provider test built-in-smtp --to me@example.org')
    .action(async (name: string, { to }: { to: string }) => {
      const { attempt } = await context.call(testProvider, { params: { name }, body: { address: to } });
      context.print([attempt], ['result', 'status', 'detail', 'provider', 'at', 'endedAt']);
      if (attempt.result !== 'accepted' && attempt.result !== 'delivered') process.exitCode = 1;
    });
};
