import type { Command } from 'commander';
import type { CliContext } from '../../../../platform/cli/context.ts';
import {
  askForCover,
  listCoverRequests,
  takeCover,
  withdrawCover,
  type CoverRequest,
} from '../../contract/cover-requests.ts';

interface Said {
  readonly from?: string;
  readonly to?: string;
  readonly person?: string;
  readonly asked?: string;
  readonly note: string;
  readonly returnFrom?: string;
  readonly returnTo?: string;
  readonly take?: string;
  readonly withdraw?: string;
}

/** `leadline oncall cover`. */
export const registerCover = (oncall: Command, context: CliContext): void => {
  oncall
    .command('cover')
    .argument('[schedule]')
    .option('--from <instant>', 'ask: 2026-12-24T08:00:00Z; with --take: only from here on')
    .option('--to <instant>')
    .option('--person <person>', 'on behalf of this person')
    .option('--asked <person>', 'ask this person alone')
    .option('--return-from <instant>', 'a swap: these shifts of theirs are taken in return')
    .option('--return-to <instant>')
    .option('--note <words>', 'why', '')
    .option('--take <id>', 'take what is open of this request')
    .option('--withdraw <id>', 'withdraw this request, or decline it')
    .description('Ask for cover or a swap, take it, or (without options) see what is open')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline oncall cover payments --from 2026-12-24T08:00:00Z --to 2026-12-26T08:00:00Z --note "family"\n  $ leadline oncall cover --take 019ab… --to 2026-12-25T08:00:00Z',
    )
    .action(async (schedule: string | undefined, said: Said) => {
      const { from, to, person, take, withdraw } = said;
      if (withdraw !== undefined) return context.call(withdrawCover, { params: { id: withdraw } });
      if (take !== undefined)
        return print(context, [await context.call(takeCover, { params: { id: take }, body: { person, from, to } })]);
      if (schedule !== undefined && from !== undefined) {
        const { asked, note, returnFrom, returnTo } = said;
        const inReturn = returnFrom === undefined ? null : { from: returnFrom, to: returnTo };
        const body = { from, to, person, asked, note, inReturn };
        return print(context, [await context.call(askForCover, { params: { name: schedule }, body })]);
      }
      const query = { ...(schedule === undefined ? {} : { schedule }), ...(person === undefined ? {} : { person }) };
      print(context, (await context.call(listCoverRequests, { query })).items);
    });
};

const print = (context: CliContext, items: readonly CoverRequest[]): void =>
  context.print(
    items.map(({ parts, open, inReturn, ...request }) => ({
      ...request,
      inReturn: inReturn === null ? null : `${inReturn.from} to ${inReturn.to}`,
      takenBy: [...new Set(parts.map((part) => part.person))].join(' '),
      open: open.map((part) => `${part.from} to ${part.to}`).join(', '),
    })),
    ['id', 'schedule', 'person', 'from', 'to', 'asked', 'inReturn', 'state', 'takenBy', 'open'],
  );
