import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import { noiseReport, type NoiseReport } from '../contract/noise.ts';

/** `leadline noise`: what nobody would miss. */
export const registerNoise = (program: Command, context: CliContext): void => {
  program
    .command('noise')
    .description('Alerts that flap, tell twice, that nobody acted on or owns; and what would end it')
    .option('--days <days>', 'how far back', '30')
    .option('--team <team>', 'only what this team owns')
    .action(async ({ days, team }: { days: string; team?: string }) => {
      const report: NoiseReport = await context.call(noiseReport, { query: { days, team } });
      context.print(
        report.items.map((item) => ({ ...item, instead: item.proposals.map(({ words }) => words).join(' ') })),
        ['kind', 'name', 'integration', 'service', 'firings', 'saved', 'reason', 'instead'],
      );
    });
};
