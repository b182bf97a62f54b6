import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { objectiveName } from '../contract.ts';

/** What an objective reads from an outside source: how, and beside what the source itself says. */

const instant = z.iso.datetime({ offset: true });

export const sourceReading = z.object({
  source: z.string(),
  kind: z.enum(['prometheus', 'splunk', 'dynatrace']),
  /** Whether it was tried against the real one; others by their documented protocol only. */
  verified: z.boolean(),
  /** How events are counted from what the source answers, in words. */
  how: z.string(),
  /** Our counts beside `increase()` of the same window; null where nothing can be compared. */
  compared: z
    .object({
      from: instant,
      to: instant,
      /** The query that the source was asked. */
      query: z.string(),
      ours: z.number(),
      theirs: z.number().nullable(),
      /** Samples of the busiest series in the window: the bound follows from how far apart they stand. */
      samples: z.number().nullable(),
      /** Share by which `increase()` may differ: 2 × 1.1 ÷ (samples − 1). */
      bound: z.number().nullable(),
      within: z.boolean().nullable(),
      /** Why the source could not be asked, in words. */
      problem: z.string().nullable(),
    })
    .nullable(),
});

export const getSource = route({
  method: 'GET',
  path: '/api/v1/objectives/:name/source',
  summary: 'How an objective reads its outside source, with what the source itself says of the same window',
  access: signedIn,
  params: z.object({ name: objectiveName }),
  answer: z.object({ items: z.array(sourceReading) }),
});

export type SourceReading = z.output<typeof sourceReading>;
