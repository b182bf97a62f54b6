import type { Command } from 'commander';
import { Refusal } from '../../kernel/problem.ts';
import type { CliContext } from '../cli/context.ts';
import { meansServer } from '../cli/means-server.ts';
import { createLog } from '../log/log.ts';
import { connectExisting } from '../postgres/existing.ts';
import { eventOfAnswer } from './answer.ts';
import { ledgerPageMax, listLedger, type LedgerEventAnswer } from './contract.ts';
import type { SealedEvent } from './ledger.ts';
import { verifyChain, verifyLedger, type ChainFault, type Head, type Verification } from './verify.ts';

const faultTexts: Record<ChainFault, string> = {
  'place-missing': 'the event of this place is missing',
  'hash-differs': 'this event, or the one before it, is not what was sealed',
  'head-missing': 'the chain ends before the head that you noted: events were cut off',
  'head-differs': 'another event stands where the head that you noted was',
};

/** `leadline ledger list` and `leadline ledger verify`. */
export const registerLedger = (program: Command, context: CliContext): void => {
  const ledger = program.command('ledger').description('Read and verify the ledger of every change');

  ledger
    .command('list')
    .description('Show changes, newest first')
    .option('--kind <kinds>', 'one kind, several with commas, or all that begin alike: identity.*')
    .option('--subject <subject>', 'what it is about: service:shop/checkout')
    .option('--service <service>', 'namespace/name of a service')
    .option('--limit <count>', 'how many', '50')
    .addHelpText('after', '\nExample:\n  $ leadline ledger list --kind identity.* --limit 20')
    .action(async ({ kind, subject, service, limit }: Record<string, string | undefined>) => {
      const answer = (await context.call(listLedger, {
        query: { kind, subject, service, limit, order: 'newest' },
      })) as {
        items: LedgerEventAnswer[];
      };
      context.print(
        answer.items.map((event) => ({ ...event, actor: event.actor.name })),
        ['place', 'at', 'kind', 'subject', 'actor'],
      );
    });

  ledger
    .command('verify')
    .description('Compute every hash of the chain anew, from the data of this machine or over the API')
    .option('--head <place:hash>', 'a head that an earlier run printed: it must still be there')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline ledger verify\n  $ leadline ledger verify --head 1204:9f86d081…\n\nWith LEADLINE_URL and LEADLINE_TOKEN (of an admin) and no --data the events come over the API, else from the data of this machine.\nExit code 1 when the chain does not hold. Note the head elsewhere: a chain cut short at its end still holds.',
    )
    .action(async (options: { head?: string }) => {
      const expected = options.head === undefined ? undefined : headOf(options.head);
      const result = meansServer(context)
        ? await verifyOverApi(context, expected)
        : await verifyHere(context, expected);
      context.print(result);
      if (!result.holds) process.exitCode = 1;
    });
};

const verifyHere = async (context: CliContext, expected: Head | undefined) => {
  const config = context.configuration();
  const postgres = await connectExisting(config, createLog('error'), { mustExist: true });
  try {
    const result = await verifyLedger(postgres, expected);
    const data = config.values.databaseUrl ? 'DATABASE_URL' : config.values.data;
    return { ...rowOf(result), pending: result.pending, data };
  } finally {
    await postgres.stop();
  }
};

/** Nothing that the server says of its chain is believed: the hashes are computed here. */
const verifyOverApi = async (context: CliContext, expected: Head | undefined) => {
  const eventsAfter = async (place: bigint): Promise<SealedEvent[]> => {
    const query = { after: place.toString(), limit: ledgerPageMax, whole: true };
    const { items } = (await context.call(listLedger, { query })) as { items: LedgerEventAnswer[] };
    return items.map(eventOfAnswer);
  };
  return { ...rowOf(await verifyChain(eventsAfter, expected)), data: process.env['LEADLINE_URL'] };
};

const rowOf = (result: Pick<Verification, 'ok' | 'events' | 'head' | 'fault'>) => ({
  holds: result.ok,
  events: result.events,
  head: result.head ? `${result.head.place}:${result.head.hash}` : null,
  ...(result.fault ? { fault: `place ${result.fault.place}: ${faultTexts[result.fault.reason]}` } : {}),
});

const headOf = (text: string): Head => {
  const match = /^(\d{1,18}):([0-9a-f]{64})$/.exec(text);
  if (match) return { place: BigInt(match[1]!), hash: match[2]! };
  throw new Refusal({
    status: 400,
    code: 'ledger.bad-head',
    title: 'This is not a head of the ledger',
    detail: 'Give it as an earlier `leadline ledger verify` printed it: place, colon, 64 hexadecimal digits.',
  });
};
