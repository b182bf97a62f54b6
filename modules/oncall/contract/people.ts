import { z } from 'zod';
import { atLeast, route, signedIn } from '../../../kernel/route.ts';
import { secondsOf } from '../../../kernel/time-span.ts';
import { isZone } from '../../../kernel/zone.ts';
import { handle } from '../../identity/contract.ts';
import { peopleLimits } from '../domain/people/limits.ts';

/** How a person is reached: contact methods, personal rules, quiet and working hours; `kind: Person`. */

const instant = z.iso.datetime({ offset: true });
const zone = z.string().max(64).refine(isZone, 'not a zone of the time zone database, such as Europe/Berlin');
export const contactChannel = z.enum(['email', 'webhook', 'web-push', 'slack', 'teams', 'ntfy', 'sms', 'voice']);
export const urgency = z.enum(['high', 'low']);
const methodName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/u, 'small letters, digits, dots, dashes and underscores; at most 63');

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/u, 'a time of day such as "09:00"');
const day = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
/** Times of day in the person's zone; where `to` is not after `from` they go over midnight and belong to the day they begin on. */
const hours = z.strictObject({
  days: z.array(day).min(1).max(7).optional().describe('Absent: every day'),
  from: clockTime,
  to: clockTime,
});
const quiet = hours.extend({
  urgency: z.enum(['low', 'high', 'all']).optional().describe('What must wait until they end; absent: low only'),
});
const several = <Item extends z.ZodType>(item: Item) => z.union([item, z.array(item).max(peopleLimits.hoursPerPerson)]);

export const contactMethodSaid = z.strictObject({
  name: methodName,
  channel: contactChannel,
  address: z.string().trim().min(1).max(peopleLimits.addressLength),
});

export const contactRule = z.strictObject({
  after: z
    .string()
    .refine((text) => (secondsOf(text) ?? Infinity) <= peopleLimits.ruleAfterSeconds, 'PT0S up to PT24H')
    .describe('Counted from the moment in which this person is called upon'),
  contactMethod: methodName,
  urgency: urgency.optional().describe('Absent: both'),
});

const notices = z.strictObject({
  shiftBefore: z
    .string()
    .refine((text) => within(text, 60, peopleLimits.noticeBeforeSeconds), 'PT1M up to P14D')
    .nullable()
    .optional()
    .describe('How long before a shift "you are going on call" is sent; null: not at all; absent: P1D'),
  handOver: z.boolean().optional().describe('Whether the beginning and the end of a shift are told; absent: yes'),
});

const within = (text: string, least: number, most: number): boolean => {
  const seconds = secondsOf(text);
  return seconds !== null && seconds >= least && seconds <= most;
};

/** Of a country or a part of it, such as DE or DE-BY (ISO 3166); the empty text: none, although a file says some. */
const holidayRegion = z
  .string()
  .regex(/^$|^[A-Z]{2}(-[A-Za-z0-9]{1,8})?$/u, 'a country or a part of it, such as DE-BY');

const wishes = {
  rules: z.array(contactRule).max(peopleLimits.rulesPerPerson).optional(),
  quietHours: several(quiet).optional(),
  workingHours: several(hours).optional(),
  notices: notices.optional(),
  holidays: holidayRegion.optional().describe('Region whose public holidays are days away, such as DE-BY'),
};

/** What a file says of a person. */
export const personSpec = z
  .strictObject({
    email: z.email().max(254),
    displayName: z.string().trim().min(1).max(120).optional(),
    zone,
    contactMethods: z.array(contactMethodSaid).max(peopleLimits.methodsPerPerson).optional(),
    ...wishes,
  })
  .superRefine((spec, context) => {
    const names = (spec.contactMethods ?? []).map((each) => each.name);
    for (const [index, name] of names.entries())
      if (names.indexOf(name) < index)
        context.addIssue({
          code: 'custom',
          path: ['contactMethods', index, 'name'],
          message: `${name} is there twice`,
        });
    for (const [index, rule] of (spec.rules ?? []).entries())
      if (!names.includes(rule.contactMethod))
        context.addIssue({
          code: 'custom',
          path: ['rules', index, 'contactMethod'],
          message: `no contact method of this person is called ${rule.contactMethod}`,
        });
  });

/** `kind: Person` as files keep it and `leadline apply -f` reads it. */
export const personDocument = z.strictObject({
  apiVersion: z.literal('leadline.dev/v1'),
  kind: z.literal('Person'),
  metadata: z.strictObject({ name: handle }),
  spec: personSpec,
});

export const contactMethod = z
  .object({
    name: z.string(),
    channel: contactChannel,
    address: z.string().nullable().describe('Shown to the person and to admins only'),
    origin: z.enum(['hand', 'file']),
    verified: z
      .object({ how: z.enum(['code', 'file']), by: z.string(), at: instant })
      .nullable()
      .describe('`file`: an admin applied it, which counts as verified by that admin; null: not used yet'),
    usable: z.boolean(),
    reason: z.string().describe('Why it is used, or why not'),
  })
  .meta({ id: 'ContactMethod' });

const ruleInForce = z.object({
  after: z.string(),
  contactMethod: z.string(),
  channel: contactChannel,
});

/** How a person is reached now, as decided; the addresses are for their owner and admins. */
export const personContact = z
  .object({
    person: z.string(),
    displayName: z.string(),
    zone: z.string(),
    contactMethods: z.array(contactMethod),
    rules: z.object({ high: z.array(ruleInForce), low: z.array(ruleInForce) }),
    notes: z.array(z.string()).describe('What a person must know: a rule that is skipped, the address that stands in'),
    said: z
      .object({ ...wishes, zone: z.string() })
      .describe('What is in force: the words of the file, where the person did not say otherwise'),
    saidByHand: z.array(z.string()).describe('Which of these the person said themselves; they win over the file'),
    managedBy: z.string().nullable().describe('The file that it comes from'),
    reachable: z.object({ high: z.boolean(), low: z.boolean(), reasons: z.array(z.string()) }),
  })
  .meta({ id: 'PersonContact' });

const personParam = z.object({ person: z.string().min(1).max(254).describe('Name, e-mail address or id') });
const methodParam = personParam.extend({ method: methodName });

export const putPerson = route({
  method: 'PUT',
  path: '/api/v1/people/:person',
  summary:
    'Makes a person and how they are reached be as a file says; the methods in it count as verified by the admin',
  access: atLeast('admin'),
  params: z.object({ person: handle }),
  query: z.object({ source: z.string().max(1_000).optional().describe('The file it stands in') }),
  body: personSpec,
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']) }),
});

export const listPersonDocuments = route({
  method: 'GET',
  path: '/api/v1/person-documents',
  summary: 'People as documents, by name, with the addresses that they are reached at',
  access: atLeast('admin'),
  query: z.object({
    cursor: z.string().max(500).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(100),
    name: handle.optional(),
  }),
  answer: z.object({
    items: z.array(
      z.object({
        apiVersion: z.string(),
        kind: z.string(),
        metadata: z.object({ name: z.string() }),
        spec: z.record(z.string(), z.unknown()),
      }),
    ),
    next: z.string().nullable(),
  }),
});

export const removePersonDocument = route({
  method: 'DELETE',
  path: '/api/v1/person-documents/:person',
  summary: 'Takes away what files say of how a person is reached; the person stays, also what they said themselves',
  access: atLeast('admin'),
  params: z.object({ person: handle }),
});

export const getContact = route({
  method: 'GET',
  path: '/api/v1/people/:person/contact-methods',
  summary: 'How a person is reached; addresses are shown to the person and to admins only',
  access: atLeast('viewer'),
  params: personParam,
  answer: personContact,
});

export const putContactMethod = route({
  method: 'PUT',
  path: '/api/v1/people/:person/contact-methods/:method',
  summary:
    'Adds or changes a contact method by hand; only the person or an admin. It is used once a code has verified it',
  access: signedIn,
  params: methodParam,
  body: contactMethodSaid.omit({ name: true }),
  answer: z.object({ outcome: z.enum(['created', 'changed', 'unchanged']), contactMethod }),
});

export const removeContactMethod = route({
  method: 'DELETE',
  path: '/api/v1/people/:person/contact-methods/:method',
  summary: 'Removes a contact method made by hand; refused while a rule of the person uses it',
  access: signedIn,
  params: methodParam,
});

export const sendContactCode = route({
  method: 'POST',
  path: '/api/v1/people/:person/contact-methods/:method/code',
  summary: 'Sends a code to a contact method, to show that it is theirs',
  access: signedIn,
  params: methodParam,
  answer: z.object({ expiresAt: instant, provider: z.string().nullable(), detail: z.string() }),
});

export const verifyContactMethod = route({
  method: 'POST',
  path: '/api/v1/people/:person/contact-methods/:method/verify',
  summary: 'Verifies a contact method by the code that was sent to it',
  access: signedIn,
  params: methodParam,
  body: z.strictObject({ code: z.string().trim().min(1).max(20) }),
  answer: contactMethod,
});

export const changeContactWishes = route({
  method: 'PATCH',
  path: '/api/v1/people/:person/contact-rules',
  summary:
    'Says rules, quiet hours, working hours, zone, notices and public holidays by hand; null goes back to what the file says',
  access: signedIn,
  params: personParam,
  body: z.strictObject({
    zone: zone.nullable().optional(),
    rules: wishes.rules.unwrap().nullable().optional(),
    quietHours: wishes.quietHours.unwrap().nullable().optional(),
    workingHours: wishes.workingHours.unwrap().nullable().optional(),
    notices: notices.nullable().optional(),
    holidays: holidayRegion.nullable().optional(),
  }),
  answer: personContact,
});

export type PersonSpec = z.output<typeof personSpec>;
export type ContactMethod = z.output<typeof contactMethod>;
export type PersonContact = z.output<typeof personContact>;
export type ContactChannel = z.output<typeof contactChannel>;
export type ContactWishes = z.output<(typeof changeContactWishes)['body']>;

/** `data` of the events about how people are reached, by kind. Subject: `person:<id>`. None holds an address. */
export const peopleEvents = {
  'person.contact-described': z.object({
    name: z.string(),
    outcome: z.enum(['created', 'changed', 'removed']),
    source: z.string().nullable(),
    methods: z.array(z.object({ name: z.string(), channel: contactChannel })),
  }),
  'person.contact-method-changed': z.object({
    name: z.string(),
    method: z.string(),
    channel: contactChannel,
    outcome: z.enum(['created', 'changed', 'removed']),
  }),
  'person.contact-method-verified': z.object({
    name: z.string(),
    method: z.string(),
    channel: contactChannel,
    how: z.enum(['code', 'file']),
  }),
  'person.contact-rules-changed': z.object({ name: z.string(), changed: z.array(z.string()) }),
  'person.unreachable': z.object({
    name: z.string(),
    schedule: z.string(),
    shift: z.object({ from: instant, to: instant }),
    reasons: z.array(z.string()),
  }),
} as const;
