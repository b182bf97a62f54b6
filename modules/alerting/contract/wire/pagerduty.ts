import { z } from 'zod';
import type { ProtocolRoute } from '../../../../kernel/route.ts';
import { routingKey } from './security.ts';

/** PagerDuty's Events API v2 as it is spoken here: developer.pagerduty.com, "Events API v2 Overview". */

const link = z.object({ href: z.string(), text: z.string().optional() });
const key = z.string().optional().describe('The key of the integration, 32 characters; else the header X-Routing-Key');

const event = z
  .object({
    routing_key: key,
    event_action: z.enum(['trigger', 'acknowledge', 'resolve']),
    dedup_key: z.string().max(255).optional().describe('Made where a trigger has none; the others must say it'),
    payload: z
      .object({
        summary: z.string().describe('At most 1024 characters'),
        source: z.string(),
        severity: z.enum(['critical', 'error', 'warning', 'info']),
        timestamp: z.string().optional(),
        component: z.string().optional(),
        group: z.string().optional(),
        class: z.string().optional(),
        custom_details: z.unknown().optional(),
      })
      .optional()
      .describe('A trigger must have it'),
    images: z.array(z.object({ src: z.string(), href: z.string().optional(), alt: z.string().optional() })).optional(),
    links: z.array(link).optional(),
    client: z.string().optional(),
    client_url: z.string().optional(),
  })
  .meta({ id: 'PagerDutyEvent' });

const change = z
  .object({
    routing_key: key,
    payload: z.object({
      summary: z.string(),
      source: z.string().optional(),
      timestamp: z.string().optional(),
      custom_details: z.unknown().optional(),
    }),
    links: z.array(link).optional(),
  })
  .meta({ id: 'PagerDutyChangeEvent' });

const refusal = {
  contentType: 'application/json',
  schema: z
    .object({ status: z.string(), message: z.string(), errors: z.array(z.string()).optional() })
    .meta({ id: 'PagerDutyRefusal' }),
};
const base = { protocol: 'pagerduty', method: 'POST', security: { routingKey }, status: 202, refusal } as const;
const done = z.object({ status: z.literal('success'), message: z.string() });

export const pagerDutyRoutes: readonly ProtocolRoute[] = [
  {
    ...base,
    path: '/v2/enqueue',
    summary: 'Triggers, acknowledges or resolves an alert',
    body: event,
    answer: done.extend({ dedup_key: z.string() }),
  },
  {
    ...base,
    path: '/v2/change/enqueue',
    summary: 'Tells of a change, which nobody is paged for',
    body: change,
    answer: done,
  },
];
