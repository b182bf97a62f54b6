import type { Command } from 'commander';
import type { CliContext } from '../../../../platform/cli/context.ts';
import { readGaps, type GapReport } from '../../contract/gaps.ts';

/** `leadline oncall gaps`. */
export const registerGaps = (oncall: Command, context: CliContext): void => {
  oncall
    .command('gaps')
    .argument('[schedule]', 'all schedules where absent')
    .option('--team <team>', 'only schedules of this team')
    .option('--days <days>', 'how far ahead', '365')
    .option('--outside-hours', 'also times that a schedule leaves out on purpose')
    .description('Gaps, double bookings and unreachable people ahead; exits with 1 where there are any')
    .addHelpText('after', '\nExamples:\n  $ leadline oncall gaps\n  $ leadline oncall gaps payments --days 28')
    .action(
      async (
        schedule: string | undefined,
        asked: { team?: string; days: string; outsideHours?: boolean },
      ): Promise<void> => {
        const { outsideHours, ...query } = asked;
        const report: GapReport = await context.call(readGaps, {
          query: { ...query, ...(schedule === undefined ? {} : { schedule }) },
        });
        context.print(rowsOf(report, outsideHours === true), ['what', 'schedule', 'person', 'from', 'to', 'why']);
        if (!report.ok) process.exitCode = 1;
      },
    );
};

const rowsOf = ({ gaps, doubleBookings, unreachable }: GapReport, outsideHours: boolean): Record<string, unknown>[] => [
  ...gaps
    .filter(({ kind }) => outsideHours || kind === 'nobody')
    .map(({ schedule, from, to, kind }) => ({
      what: 'gap',
      schedule,
      person: null,
      from,
      to,
      why: kind === 'nobody' ? 'nobody is on call' : 'left out by the schedule',
    })),
  ...doubleBookings.map(({ person, schedules, from, to }) => ({
    what: 'double-booking',
    schedule: schedules.join(' '),
    person,
    from,
    to,
    why: 'on call for several schedules at once',
  })),
  ...unreachable.map(({ person, schedules, from, to, reasons }) => ({
    what: 'unreachable',
    schedule: schedules.join(' '),
    person,
    from,
    to,
    why: reasons.join(' '),
  })),
];
