import type { OncallDoor } from '../public.ts';
import type { Ground } from '../../../../platform/module/ground.ts';

/** Policies, pages, the engine that escalates them, and the door. */
export const startPages = async (_ground: Ground): Promise<{ door: OncallDoor; stop(): Promise<void> }> => ({
  door: {
    raisePage: async () => {
      throw new Error('not yet');
    },
    resolveByKey: async () => [],
  },
  stop: async () => undefined,
});
