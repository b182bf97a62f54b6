import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import { createShare, deleteShare, listShares, type Share } from '../contract/reviews.ts';

/** `leadline get shares`, `leadline objective share NAME …` and `leadline objective unshare ID`. */
export const registerShares = (program: Command, objective: Command, context: CliContext): void => {
  program.commands
    .find((command) => command.name() === 'get')!
    .command('share')
    .alias('shares')
    .description('Read-only links to budgets that are in force')
    .action(async () => {
      const { items }: { items: Share[] } = await context.call(listShares);
      context.print(
        items.map((each) => ({ ...each, objectives: each.objectives.join(' ') })),
        ['id', 'title', 'objectives', 'createdBy', 'expiresAt'],
      );
    });
  objective
    .command('share')
    .argument('<names...>')
    .description('Make a read-only link to budgets for those without an account; it is shown once')
    .requiredOption('--title <words>', 'what its readers see above')
    .option('--until <instant>', 'when it runs out: 2027-01-31T00:00:00Z; until you end it where absent')
    .action(async (objectives: string[], { title, until }: { title: string; until?: string }) => {
      const made: { share: Share; path: string } = await context.call(createShare, {
        body: { objectives, title, expiresAt: until ?? null },
      });
      context.print(
        [{ id: made.share.id, path: made.path, expiresAt: made.share.expiresAt }],
        ['id', 'path', 'expiresAt'],
      );
    });
  objective
    .command('unshare')
    .argument('<id>')
    .description('End a read-only link')
    .action(async (id: string) => {
      await context.call(deleteShare, { params: { id } });
    });
};
