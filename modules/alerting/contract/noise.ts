import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';

export const noiseLimits = {
  daysMax: 180,
  daysDefault: 30,
  /** Alerts that a report looks at, the newest. */
  alerts: 200_000,
  findings: 500,
} as const;

const instant = z.iso.datetime({ offset: true });
const seriesShown = z.object({
  integration: z.string(),
  fingerprint: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  /** The newest of them. */
  alert: z.uuid(),
});

export const noiseFinding = z
  .object({
    kind: z.enum(['flapping', 'duplicate', 'unactionable', 'ownerless']),
    ...seriesShown.shape,
    service: z.string().nullable(),
    owner: z.string().nullable(),
    firings: z.number().int(),
    lastAt: instant,
    /** Of a duplicate, the one that stays. */
    of: seriesShown.nullable(),
    /** Pages and messages of the time looked at that there would not have been. */
    saved: z.number().int(),
    reason: z.string(),
    proposals: z.array(
      z.object({
        words: z.string(),
        /** For `leadline apply -f`; null where the change is made elsewhere. */
        document: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  })
  .meta({ id: 'NoiseFinding' });

export const noiseReport = route({
  method: 'GET',
  path: '/api/v1/noise',
  summary:
    'Alerts that flap, that tell twice, that nobody acted on and that nobody owns, with what would end each and what it would have saved',
  access: signedIn,
  query: z.object({
    days: z.coerce.number().int().min(1).max(noiseLimits.daysMax).default(noiseLimits.daysDefault),
    /** Only what this team owns. */
    team: handle.optional(),
  }),
  answer: z.object({
    from: instant,
    to: instant,
    alerts: z.number().int(),
    /** True: there were more alerts than one report looks at; it begins at `from`. */
    isCut: z.boolean(),
    /** Of which somebody was told. */
    notified: z.number().int(),
    /** Of those, somebody did something or called it useful. */
    actedOn: z.number().int(),
    /** Pages and messages. */
    disturbances: z.number().int(),
    /** Of those, what all findings together would have saved. */
    saved: z.number().int(),
    items: z.array(noiseFinding),
  }),
});

export type NoiseFinding = z.output<typeof noiseFinding>;
export type NoiseReport = z.output<typeof noiseReport.answer>;
