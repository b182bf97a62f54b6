import type { Command } from 'commander';
import type { CliContext } from '../../../../platform/cli/context.ts';
import { createFeed, deleteFeed, listFeeds, type CalendarFeed } from '../../contract/feeds.ts';

/** `leadline oncall feed make|list|end`. */
export const registerFeeds = (oncall: Command, context: CliContext): void => {
  const feed = oncall.command('feed').description('Calendars of shifts for calendar programs');
  feed
    .command('make')
    .argument('<kind>', 'schedule, person or team')
    .argument('<name>')
    .option('--label <words>', 'which program or phone it is for', '')
    .description('Make the secret address of a calendar; it is shown once')
    .addHelpText('after', '\nExample:\n  $ leadline oncall feed make person mira --label phone')
    .action(async (kind: string, of: string, { label }: { label: string }) => {
      const made: { feed: CalendarFeed; path: string } = await context.call(createFeed, { body: { kind, of, label } });
      context.print([{ id: made.feed.id, path: made.path }], ['id', 'path']);
    });
  feed
    .command('list')
    .description('Addresses of calendars in force; never the secrets')
    .action(async () => {
      const { items }: { items: CalendarFeed[] } = await context.call(listFeeds);
      context.print(items, ['id', 'kind', 'of', 'label', 'madeBy', 'madeAt', 'readAt']);
    });
  feed
    .command('end')
    .argument('<id>')
    .description('End the address of a calendar at once')
    .action(async (id: string) => {
      await context.call(deleteFeed, { params: { id } });
    });
};
