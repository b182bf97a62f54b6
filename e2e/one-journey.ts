import { basename } from 'node:path';
import { beforeEach, onTestFailed } from 'vitest';
import { keepPicture, keepWords, pagesOpen } from './browser.ts';

/**
 * The tests of a file are steps of one journey: after a step that failed the next ones fail at once and say so,
 * instead of each waiting for what cannot come. What the failed step saw is kept in `.cache/screens`, as a picture and as
 * words, which `npm test` says at its end.
 */
export const stepsOfOneJourney = (): void => {
  let lostAt: string | null = null;
  beforeEach(({ task }) => {
    if (lostAt !== null) throw new Error(`The journey ended before, at: ${lostAt}`);
    onTestFailed(async () => {
      lostAt = task.name;
      for (const [index, page] of [...pagesOpen].entries()) {
        const name = `failed-${basename(task.file.name, '.journey.test.ts')}-${index}`;
        await keepWords(page, name).catch(() => {});
        await keepPicture(page, name).catch(() => {});
      }
    });
  });
};
