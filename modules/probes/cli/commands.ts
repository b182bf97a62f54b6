import type { Command } from 'commander';
import type { CliContext, DocumentKind } from '../../../platform/cli/context.ts';
import { Refusal } from '../../../kernel/problem.ts';
import { secondsOf } from '../../../kernel/time-span.ts';
import {
  deleteHeartbeat,
  getHeartbeat,
  heartbeatDocument,
  listHeartbeats,
  makePingAddress,
  pingByPost,
  putHeartbeat,
  type Heartbeat,
} from '../contract.ts';
import { pingLines } from '../domain/heartbeat.ts';

/** `kind: Heartbeat`. */
export const documentKinds: readonly DocumentKind[] = [
  {
    kind: 'Heartbeat',
    schema: heartbeatDocument,
    apply: async (context, document, name) => {
      const { spec } = heartbeatDocument.parse(document);
      return (await inSpec(context.call(putHeartbeat, { params: { name }, body: spec }))).outcome;
    },
    remove: (context, name) => context.call(deleteHeartbeat, { params: { name } }),
    get: async (context, name) => {
      const found: Heartbeat[] =
        name === null
          ? (await context.call(listHeartbeats)).items
          : [await context.call(getHeartbeat, { params: { name } })];
      return found.map(documentOf);
    },
    meansSame: (before, after, field) =>
      /\.(every|grace)$/u.test(field) &&
      typeof before === 'string' &&
      typeof after === 'string' &&
      secondsOf(before) === secondsOf(after),
  },
];

const documentOf = ({ name, every, grace, service, team, description }: Heartbeat) => ({
  apiVersion: 'leadline.dev/v1',
  kind: 'Heartbeat',
  metadata: { name },
  spec: { every, grace, ...(service === null ? {} : { service }), ...(team === null ? {} : { team }), description },
});

/** `leadline heartbeat …`. */
export const register = (program: Command, context: CliContext): void => {
  const heartbeat = program.command('heartbeat').description('Heartbeats: who should ping and falls silent');
  heartbeat
    .command('list')
    .description('Heartbeats, missed ones first')
    .option('--state <state>', 'waiting, well, late or missed')
    .action(async ({ state }: { state?: string }) =>
      context.print((await context.call(listHeartbeats, { query: { state } })).items, [
        'name',
        'state',
        'every',
        'grace',
        'owner',
        'lastPingAt',
        'reason',
      ]),
    );
  heartbeat
    .command('address')
    .argument('<name>', 'the heartbeat')
    .description('Make a new secret address to ping and print lines to paste; the one before stops working')
    .action(async (name: string) => {
      const { url } = await context.call(makePingAddress, { params: { name } });
      context.text(url);
      for (const { label, code } of pingLines(url)) context.text(`\n# ${label}\n${code}`);
    });
  heartbeat
    .command('ping')
    .argument('<name>', 'the heartbeat')
    .description('Ping it now, with your own token')
    .action(async (name: string) => context.print([await context.call(pingByPost, { params: { name } })]));
  heartbeat
    .command('remove')
    .argument('<name>', 'the heartbeat')
    .description('Watch it no longer')
    .action(async (name: string) => {
      await context.call(deleteHeartbeat, { params: { name } });
    });
};

/** The body of the route is the document's `spec`: wrong fields are named by where they stand in the file. */
const inSpec = async <Value>(answer: Promise<Value>): Promise<Value> => {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof Refusal) || !error.problem.errors) throw error;
    throw new Refusal({
      ...error.problem,
      errors: error.problem.errors.map((each) => ({ ...each, path: each.path.replace(/^body\b/, 'spec') })),
    });
  }
};
