import type { Command } from 'commander';
import type { CliContext } from '../../../platform/cli/context.ts';
import { getReview, listReviewsDue, recordReview } from '../contract/reviews.ts';

/** `leadline get reviews`, `leadline objective review NAME` and `… --decision keep --next DAY`. */
export const registerReviews = (program: Command, objective: Command, context: CliContext): void => {
  program.commands
    .find((command) => command.name() === 'get')!
    .command('review')
    .alias('reviews')
    .description('Objectives whose review is overdue or due within 30 days, and those without a day')
    .action(async () =>
      context.print((await context.call(listReviewsDue)).items, ['name', 'displayName', 'owner', 'dueOn', 'overdue']),
    );
  objective
    .command('review')
    .argument('<name>')
    .description('How a promise fared in past windows and whether its target fits; or record what was decided')
    .option('--decision <decision>', 'keep, tighten, loosen or retire')
    .option('--next <day>', 'when it is looked at again: 2027-03-01')
    .option('--note <words>', 'what was said', '')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline objective review checkout-availability -o yaml\n  $ leadline objective review checkout-availability --decision keep --next 2027-03-01',
    )
    .action(async (name: string, { decision, next, note }: { decision?: string; next?: string; note: string }) => {
      context.print(
        decision === undefined && next === undefined
          ? await context.call(getReview, { params: { name } })
          : await context.call(recordReview, { params: { name }, body: { decision, nextOn: next, note } }),
      );
    });
};
