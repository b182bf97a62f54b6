import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { Refusal } from '../../../kernel/problem.ts';
import type { CliContext } from '../../../platform/cli/context.ts';
import {
  acceptHandOver,
  beginHandOver,
  getHandOver,
  listHandOvers,
  putLoadPolicy,
  readLoad,
  readLoadPolicy,
  sendHandOver,
  writeHandOver,
  type HandOver,
  type Load,
} from '../contract/load.ts';

interface Asked {
  readonly team?: string;
  readonly schedule?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by: string;
}

const columns: Record<string, readonly string[]> = {
  person: [
    'person',
    'zone',
    'hoursOnCall',
    'hoursNight',
    'hoursWeekend',
    'weekends',
    'interrupts',
    'pagesAtNight',
    'hoursAwake',
  ],
  shift: ['schedule', 'person', 'from', 'to', 'interrupts', 'pagesAtNight', 'hoursAwake', 'worstWithinCap', 'overCap'],
  schedule: ['schedule', 'team', 'people', 'fairHours', 'fairNights', 'fairInterrupts', 'size', 'reason'],
};

/** `leadline load …`: what being on call costs people; `leadline hand-over …`: the notes of shifts. */
export const registerLoad = (program: Command, context: CliContext): void => {
  const load = program
    .command('load')
    .description('What being on call costs people: nights, weekends, pages, fairness');
  load
    .command('show', { isDefault: true })
    .description('Load of the last twelve weeks, or of a time')
    .option('--team <team>', 'only its schedules and people')
    .option('--schedule <schedule>', 'only this schedule')
    .option('--from <instant>', 'RFC 3339; twelve weeks ago where absent')
    .option('--to <instant>', 'RFC 3339; now where absent')
    .option('--by <what>', 'person, shift or schedule', 'person')
    .addHelpText('after', '\nExample:\n  $ leadline load --team payments --by shift')
    .action(async ({ by, team, schedule, from, to }: Asked) => {
      const found: Load = await context.call(readLoad, { query: { team, schedule, from, to } });
      const shown = columns[by];
      if (!shown)
        throw new Refusal({
          status: 400,
          code: 'oncall.unknown-view',
          title: `Load is shown by person, shift or schedule, not by ${by}`,
        });
      context.print(
        by === 'person' ? found.people : by === 'shift' ? found.shifts : found.schedules.map(scheduleRow),
        shown,
      );
    });
  load
    .command('sheet')
    .argument('<team>', 'the team')
    .requiredOption('--from <instant>', 'RFC 3339')
    .requiredOption('--to <instant>', 'RFC 3339')
    .description('What the people of a team are owed, as CSV on standard output')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline load sheet payments --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z > november.csv',
    )
    .action(async (team: string, { from, to }: { from: string; to: string }) => {
      const query = new URLSearchParams({ from, to });
      const answer = await context.fetch(`/api/v1/teams/${encodeURIComponent(team)}/compensation.csv?${query}`);
      const text = await answer.text();
      if (!answer.ok) throw new Refusal(JSON.parse(text) as ConstructorParameters<typeof Refusal>[0]);
      process.stdout.write(text);
    });
  load
    .command('policy')
    .argument('<team>', 'the team')
    .option('-f, --file <path>', 'YAML with cap and compensation to set; - reads standard input')
    .description('Cap and compensation of a team; or set them')
    .action(async (team: string, { file }: { file?: string }) => {
      const params = { team };
      context.print(
        file === undefined
          ? await context.call(readLoadPolicy, { params })
          : await context.call(putLoadPolicy, {
              params,
              body: parseYaml(readFileSync(file === '-' ? 0 : file, 'utf8')),
            }),
      );
    });
  registerHandOver(program, context);
};

const scheduleRow = ({ schedule, team, people, fairness, teamSize }: Load['schedules'][number]) => ({
  schedule,
  team,
  people: people.length,
  fairHours: rounded(fairness.hoursOnCall),
  fairNights: rounded(fairness.hoursNight),
  fairInterrupts: rounded(fairness.interrupts),
  size: teamSize.verdict,
  reason: teamSize.reason,
});

const rounded = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(3)));

const registerHandOver = (program: Command, context: CliContext): void => {
  const note = program.command('hand-over').description('Hand-over notes of shifts: begin, write, send, accept');
  const print = ({ id, schedule, from, to, author, receiver, state }: HandOver): void =>
    context.print([{ id, schedule, from, to, author, receiver, state }]);
  const act = (name: string, description: string, work: (id: string) => Promise<HandOver>): void => {
    note
      .command(name)
      .argument('<id>', 'the note')
      .description(description)
      .action(async (id: string) => print(await work(id)));
  };
  note
    .command('begin')
    .argument('<schedule>', 'the schedule that you are on call for, or were')
    .description('Begin the note of your shift from what happened in it, and print it')
    .action(async (schedule: string) => {
      const begun: HandOver = await context.call(beginHandOver, { body: { schedule } });
      context.text(`${begun.text}\n(${begun.id}; write on it with: leadline hand-over write ${begun.id} -f note.md)`);
    });
  note
    .command('list')
    .option('--schedule <schedule>', 'only of this schedule')
    .option('--state <state>', 'begun, sent or accepted')
    .description('Notes, newest first')
    .action(async ({ schedule, state }: { schedule?: string; state?: string }) =>
      context.print((await context.call(listHandOvers, { query: { schedule, state } })).items, [
        'id',
        'schedule',
        'author',
        'receiver',
        'state',
        'begunAt',
      ]),
    );
  note
    .command('show')
    .argument('<id>', 'the note')
    .description('Print a note')
    .action(async (id: string) => context.text((await context.call(getHandOver, { params: { id } })).text));
  note
    .command('write')
    .argument('<id>', 'the note')
    .requiredOption('-f, --file <path>', 'the text; - reads standard input')
    .description('Write the text of a note that was not sent yet')
    .action(async (id: string, { file }: { file: string }) =>
      print(
        await context.call(writeHandOver, {
          params: { id },
          body: { text: readFileSync(file === '-' ? 0 : file, 'utf8') },
        }),
      ),
    );
  act('send', 'Send it to whoever is next on call', (id) => context.call(sendHandOver, { params: { id } }));
  act('accept', 'Say that you read it and took over', (id) => context.call(acceptHandOver, { params: { id } }));
};
