import { beforeEach, onTestFailed } from 'vitest';
import { keepPicture, pagesOpen } from './browser.ts';

/**
 * The tests of a file are steps of one journey: after a step that failed the next ones fail at once and say so,
 * instead of each waiting for what cannot come. What the failed step saw is kept as a picture in `.cache/screens`.
 */
export const stepsOfOneJourney = (): void => {
  let lostAt: string | null = null;
  beforeEach(({ task }) => {
    if (lostAt !== null) throw new Error(`The journey ended before, at: ${lostAt}`);
    onTestFailed(async () => {
      lostAt = task.name;
      for (const [index, page] of [...pagesOpen].entries()) await keepPicture(page, `failed-${index}`).catch(() => {});
    });
  });
};
