import { z } from 'zod';
import { route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { alertLimits } from '../domain/alert.ts';
import { documentOf, marksSaid, matchersSaid, outcome, paged, policyLimits } from './policy.ts';

const instant = z.iso.datetime({ offset: true });

export const silenceSpec = z.strictObject({
  match: matchersSaid('Matchers').min(1),
  /** Absent: now. Of one that comes again, the first time. */
  from: instant.optional(),
  /** Once: until then; or say `duration`. Of one that comes again: no time begins after it. */
  to: instant.optional(),
  duration: z.string().max(40).optional(),
  /** Again and again, by RFC 5545: `FREQ=WEEKLY;BYDAY=SU`. Needs `duration`. */
  rrule: z.string().min(1).max(500).optional(),
  /** On whose clock the rule is read. */
  zone: z.string().max(100).optional(),
  why: z.string().trim().min(1).max(policyLimits.why),
});
export const silenceDocument = documentOf('Silence', silenceSpec);

const stretch = z.object({ from: instant, to: instant });
export const silenceState = z.enum(['pending', 'active', 'expired']);
export const matcher = z.object({ name: z.string(), op: z.enum(['=', '!=', '=~', '!~']), value: z.string() });
export const silence = z
  .object({
    id: z.uuid(),
    /** Of a document; null where it has none. */
    name: z.string().nullable(),
    match: z.array(z.string()),
    matchers: z.array(matcher),
    from: instant,
    /** Of one that comes again, the end of its first time. */
    to: instant,
    rrule: z.string().nullable(),
    zone: z.string().nullable(),
    /** Nothing is held back from then on; null: it comes again and again. */
    endsAt: instant.nullable(),
    /** `active` holds alerts back now; one that comes again is `pending` in between. */
    state: silenceState,
    /** The time that holds now, or the next ones. */
    next: z.array(stretch),
    who: z.string(),
    why: z.string(),
    origin: z.enum(['hand', 'file']),
    source: z.string().nullable(),
    createdAt: instant,
    changedAt: instant,
    expiredAt: instant.nullable(),
    expiredBy: z.string().nullable(),
  })
  .meta({ id: 'Silence' });

const silenceParam = z.object({ silence: z.union([z.uuid(), handle], { error: 'an id, or the name of a document' }) });

export const listSilences = route({
  method: 'GET',
  path: '/api/v1/silences',
  summary: 'Silences, newest first',
  access: signedIn,
  query: z.object({
    ...paged,
    state: z.enum([...silenceState.options, 'live', 'all']).default('live'),
    /** Only those that would hold back an alert with these labels: `name=value`, several times. */
    label: z
      .preprocess(
        (said) => (said === undefined ? [] : Array.isArray(said) ? said : [said]),
        z.array(z.string().regex(/^[^=]+=/, 'name=value')).max(alertLimits.labels),
      )
      .prefault([]),
  }),
  answer: z.object({ items: z.array(silence), next: z.string().nullable() }),
});
export const getSilence = route({
  method: 'GET',
  path: '/api/v1/silences/:silence',
  summary: 'One silence, by id or name',
  access: signedIn,
  params: silenceParam,
  answer: silence,
});
export const addSilence = route({
  method: 'POST',
  path: '/api/v1/silences',
  summary: 'Silences alerts by their labels, once or again and again; who and why are kept',
  access: signedIn,
  status: 201,
  body: silenceSpec,
  answer: silence,
});
export const trySilence = route({
  method: 'POST',
  path: '/api/v1/silences/try',
  summary: 'The next times of a silence that would come again, the one that would hold now first; makes nothing',
  access: signedIn,
  body: silenceSpec.pick({ from: true, to: true, duration: true, rrule: true, zone: true }).required({ rrule: true }),
  answer: z.object({ next: z.array(stretch) }),
});
export const putSilence = route({
  method: 'PUT',
  path: '/api/v1/silences/:silence',
  summary: 'Makes the silence of this id or name be as said; an unknown name makes a new one',
  access: signedIn,
  params: silenceParam,
  body: silenceSpec.extend(marksSaid),
  answer: z.object({ outcome, silence }),
});
export const expireSilence = route({
  method: 'DELETE',
  path: '/api/v1/silences/:silence',
  summary: 'Ends a silence now; what it held back and still fires is told',
  access: signedIn,
  params: silenceParam,
});

/** `data` of the events about silences. Subject: `silence:<id>`. */
export const silenceEvents = {
  'silence.created': z.object({ silence }),
  'silence.changed': z.object({ silence }),
  'silence.expired': z.object({ silence }),
} as const;

export type SilenceSpec = z.output<typeof silenceSpec>;
export type SilenceAnswer = z.output<typeof silence>;
