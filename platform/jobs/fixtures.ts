import type { NewJob } from './store.ts';

/** A job that is due. */
export const aJob = (overrides: Partial<NewJob> = {}): NewJob => ({
  kind: 'mail',
  key: 'one',
  due: Temporal.Now.instant(),
  data: {},
  lane: 'urgent',
  ...overrides,
});
