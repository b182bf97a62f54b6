import type { Series } from './history.ts';

/** The newest firings say who owns it now: an owner of earlier times is none, a later one is. */
const newestCount = 3;

/** Whether nobody owns it in its newest firings. */
export const isOwnerless = ({ firings }: Series): boolean =>
  firings.slice(-newestCount).every(({ owner }) => owner === null);
