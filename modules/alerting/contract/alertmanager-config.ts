import { z } from 'zod';
import { atLeast, route, signedIn } from '../../../kernel/route.ts';
import { handle } from '../../identity/contract.ts';
import { outcome, policyLimits, routeTarget } from './policy.ts';

export const configLimits = {
  bytes: 4 * 1024 * 1024,
  receivers: 2_000,
  silences: 5_000,
  findingsShown: 2_000,
} as const;

export const finding = z.object({
  where: z.string(),
  what: z.string(),
  why: z.string(),
  /** `lost`: it is not there any more. `asked`: say it, or the stated choice holds. `note`: told for the record. */
  level: z.enum(['lost', 'asked', 'note']),
});

export const importAlertmanager = route({
  method: 'POST',
  path: '/api/v1/alertmanager-config/import',
  summary: "Makes routes, inhibitions and silences of Alertmanager's own files, with a report; a dry run makes nothing",
  access: atLeast('editor'),
  bodyLimit: configLimits.bytes + 64 * 1024,
  body: z.strictObject({
    /** The text of an `alertmanager.yml`. */
    config: z.string().max(configLimits.bytes),
    /** As `amtool silence query -o json` prints them. */
    silences: z.array(z.unknown()).max(configLimits.silences).default([]),
    /** Whom a receiver becomes, by its name. */
    receivers: z.record(z.string().max(500), z.array(routeTarget).max(policyLimits.targets)).default({}),
    /** Name of the route that the tree becomes. */
    name: handle.default('alertmanager'),
    /** Behind routes of a smaller order: the root of the tree takes every alert. */
    order: z.number().int().min(0).max(1_000_000).default(1_000),
    team: handle.nullable().default(null),
    origin: z.enum(['hand', 'file']).default('hand'),
    source: z.string().max(500).nullable().default(null),
    dryRun: z.boolean().default(false),
  }),
  answer: z.object({
    dryRun: z.boolean(),
    made: z.array(
      z.object({
        kind: z.enum(['Route', 'Inhibition', 'Silence']),
        name: z.string(),
        /** Of a dry run: what it would be. */
        outcome,
        document: z.unknown(),
      }),
    ),
    report: z.array(finding),
  }),
});

export const exportAlertmanager = route({
  method: 'GET',
  path: '/api/v1/alertmanager-config',
  summary: 'Routes and inhibitions as an alertmanager.yml, with what it cannot say',
  access: signedIn,
  answer: z.object({ config: z.string(), notes: z.array(z.string()) }),
});

export type ImportAnswer = z.output<typeof importAlertmanager.answer>;
export type ImportAsked = z.output<typeof importAlertmanager.body>;
export type ReportFinding = z.output<typeof finding>;
