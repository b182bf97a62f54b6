import { z } from 'zod';
import { route, signedIn } from '../../kernel/route.ts';
import { serviceName } from '../catalog/contract.ts';

/** Bounds of what may be said of a change and asked at once. */
export const changesLimits = {
  titleLength: 300,
  textLength: 4_000,
  wordLength: 255,
  linkLength: 2_000,
  pageSize: 200,
  /** A change of the future is announced at most this long before; a clock that is off by more is told. */
  aheadHours: 24 * 14,
  /** Older than this nothing is announced: it would explain nothing that is still kept. */
  behindDays: 400,
} as const;

const instant = z.iso.datetime({ offset: true });
const word = z.string().trim().min(1).max(changesLimits.wordLength);

/** What was changed. `deploy` is a new version, `configuration` a setting or flag, `migration` the shape of data, `infrastructure` what it runs on. */
export const changeKind = z.enum(['deploy', 'configuration', 'migration', 'infrastructure', 'other']);

const said = z.strictObject({
  service: serviceName,
  environment: z.string().max(changesLimits.wordLength).default(''),
  kind: changeKind.default('deploy'),
  /** Version that a deploy brought. */
  version: word.nullable().default(null),
  /** One sentence for a person; made from kind and version where it is absent. */
  title: z.string().trim().min(1).max(changesLimits.titleLength).nullable().default(null),
  description: z.string().max(changesLimits.textLength).default(''),
  /** Who made it, as the announcing system names them; the announcer itself where absent. */
  by: word.nullable().default(null),
  link: z
    .url({ protocol: /^https?$/ })
    .max(changesLimits.linkLength)
    .nullable()
    .default(null),
  /** When it began to take effect; where absent, what was said before, else its end, else now. */
  startedAt: instant.optional(),
  /** When it was through; null while it is under way or where nobody says. */
  endedAt: instant.nullable().default(null),
  /** The announcing system's own name for it (`github-run-4711`): the same again changes that change and makes no second. */
  key: word.nullable().default(null),
});

export const change = z.object({
  id: z.uuid(),
  service: z.string(),
  environment: z.string(),
  kind: changeKind,
  version: z.string().nullable(),
  title: z.string(),
  description: z.string(),
  by: z.string(),
  link: z.string().nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
  key: z.string().nullable(),
  announcedAt: instant,
  announcedBy: z.string(),
});

export const announceChange = route({
  method: 'POST',
  path: '/api/v1/changes',
  summary: 'Announces a change of a service; needs responder in the team that owns it or in the organisation',
  access: signedIn,
  body: said,
  answer: z.object({ change, outcome: z.enum(['created', 'changed', 'unchanged']) }),
});

export const listChanges = route({
  method: 'GET',
  path: '/api/v1/changes',
  summary: 'Changes, newest first',
  access: signedIn,
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(changesLimits.pageSize).default(50),
    service: z.string().max(255).optional(),
    environment: z.string().max(changesLimits.wordLength).optional(),
    kind: changeKind.optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  answer: z.object({ items: z.array(change), next: z.string().nullable() }),
});

export const getChange = route({
  method: 'GET',
  path: '/api/v1/changes/:id',
  summary: 'One change',
  access: signedIn,
  params: z.object({ id: z.uuid() }),
  answer: change,
});

/** `data` of the events that this module puts on the ledger, by kind. Subject: `change:<id>`; service: the changed one. */
export const changesEvents = {
  'change.announced': z.object({ outcome: z.enum(['created', 'changed']), change }),
} as const;

export type Change = z.output<typeof change>;
export type ChangeKind = z.output<typeof changeKind>;
export type SaidOfChange = z.output<typeof said>;
