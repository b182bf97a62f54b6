import type { Command } from 'commander';
import type { CliContext } from '../../../../platform/cli/context.ts';
import {
  createOverride,
  deleteOverride,
  listOverrides,
  scheduleOnCall,
  scheduleShifts,
  type OverrideAnswer,
  type ScheduleSummary,
  type ShiftAnswer,
} from '../../contract/schedules.ts';
import { registerAbsences } from '../covers/absence-commands.ts';
import { registerCover } from '../covers/cover-commands.ts';
import { registerGaps } from '../covers/gap-commands.ts';
import { registerImport } from '../import/import-commands.ts';
import { registerFeeds } from './feed-commands.ts';
import { everySchedule } from './schedule-kind.ts';

/** `leadline oncall who|shifts|override|overrides|feed`, `leadline get schedules`. */
export const registerSchedules = (program: Command, context: CliContext): void => {
  const oncall = groupOf(program, 'oncall', 'Who is on call, and when');
  registerWho(oncall, context);
  registerShifts(oncall, context);
  registerOverrides(oncall, context);
  registerFeeds(oncall, context);
  registerGaps(oncall, context);
  registerAbsences(oncall, context);
  registerCover(oncall, context);
  registerImport(oncall, context);
};

/** The group of commands of a word, whoever registers in it first. */
export const groupOf = (program: Command, word: string, description: string): Command =>
  program.commands.find((command) => command.name() === word) ?? program.command(word).description(description);

const registerWho = (oncall: Command, context: CliContext): void => {
  oncall
    .command('who')
    .argument('[schedule]', 'all schedules where absent')
    .option('--at <instant>', 'then instead of now: 2026-11-29T04:00:00Z')
    .option('--team <team>', 'only schedules of this team')
    .description('Who is on call, and who is next')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline oncall who\n  $ leadline oncall who payments --at 2026-11-29T04:00:00Z',
    )
    .action(async (name: string | undefined, { at, team }: { at?: string; team?: string }) => {
      const names =
        name === undefined
          ? (await everySchedule(context, team ? { team } : {})).map((each: ScheduleSummary) => each.name)
          : [name];
      const rows: Record<string, unknown>[] = [];
      for (const schedule of names) {
        const found: { items: ShiftAnswer[]; next: ShiftAnswer | null } = await context.call(scheduleOnCall, {
          params: { name: schedule },
          query: at === undefined ? {} : { at },
        });
        const [first, ...along] = found.items;
        rows.push({
          schedule,
          person: first?.person ?? null,
          kind: first?.kind ?? 'nobody',
          layer: first?.layer ?? null,
          until: first?.to ?? null,
          shadows: along.map(({ person }) => person).join(' '),
          next: found.next?.person ?? null,
          nextFrom: found.next?.from ?? null,
        });
      }
      context.print(rows, ['schedule', 'person', 'kind', 'layer', 'until', 'shadows', 'next', 'nextFrom']);
    });
};

const registerShifts = (oncall: Command, context: CliContext): void => {
  oncall
    .command('shifts')
    .argument('<schedule>')
    .option('--from <instant>', 'now where absent')
    .option('--to <instant>', '28 days after that where absent')
    .option('--gaps', 'only the times without anybody')
    .description('Shifts of a schedule, by their beginning')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline oncall shifts payments --from 2026-12-01T00:00:00Z --to 2027-01-01T00:00:00Z',
    )
    .action(async (name: string, { gaps, ...query }: { from?: string; to?: string; gaps?: boolean }) => {
      const found: { items: ShiftAnswer[]; gaps: { from: string; to: string }[] } = await context.call(scheduleShifts, {
        params: { name },
        query,
      });
      if (gaps) return context.print(found.gaps, ['from', 'to', 'kind']);
      context.print(found.items, ['person', 'from', 'to', 'layer', 'kind']);
    });
};

const registerOverrides = (oncall: Command, context: CliContext): void => {
  oncall
    .command('override')
    .argument('<schedule>')
    .argument('<person>', 'who is on call instead')
    .requiredOption('--from <instant>', '2026-12-24T08:00:00Z')
    .requiredOption('--to <instant>')
    .option('--replaces <person>', 'only where this person would be on call')
    .option('--layer <layer>', 'only within this layer')
    .option('--note <words>', 'why', '')
    .description('Put somebody on call for a time; files that are applied later do not touch it')
    .addHelpText(
      'after',
      '\nExample:\n  $ leadline oncall override payments mira --from 2026-12-24T08:00:00Z --to 2026-12-27T08:00:00Z --note "Sam is ill"',
    )
    .action(async (name: string, person: string, said: { from: string; to: string } & Record<string, string>) => {
      const made: OverrideAnswer = await context.call(createOverride, { params: { name }, body: { person, ...said } });
      context.print([made], overrideColumns);
    });
  oncall
    .command('overrides')
    .argument('<schedule>')
    .option('--take-back <id>', 'end this one now; what of it has been stays')
    .description('Overrides by hand, and covers that were taken, that are not over yet')
    .action(async (name: string, { takeBack }: { takeBack?: string }) => {
      if (takeBack !== undefined) return context.call(deleteOverride, { params: { name, id: takeBack } });
      const { items }: { items: OverrideAnswer[] } = await context.call(listOverrides, { params: { name } });
      context.print(items, overrideColumns);
    });
};

const overrideColumns = ['id', 'kind', 'person', 'from', 'to', 'layer', 'replaces', 'note', 'madeBy'] as const;
