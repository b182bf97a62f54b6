import { z } from 'zod';
import type { ProtocolRoute } from '../../../../kernel/route.ts';
import { alertmanagerKey, alertmanagerPassword } from './security.ts';

/** Alertmanager's API v2 as it is spoken here: prometheus/alertmanager, api/v2/openapi.yaml. */

const instant = z.iso.datetime({ offset: true });
const labels = z.record(z.string(), z.string());
const named = z.object({ name: z.string() });

const postable = z
  .object({
    labels,
    annotations: labels.optional(),
    startsAt: instant.optional().describe('Now where absent'),
    endsAt: instant.optional().describe('The alert is over then; where absent, so long after it was last sent'),
    generatorURL: z.string().optional(),
  })
  .meta({ id: 'AlertmanagerPostableAlert' });

const alert = z
  .object({
    labels,
    annotations: labels,
    startsAt: instant,
    endsAt: instant,
    updatedAt: instant,
    fingerprint: z.string(),
    generatorURL: z.string().optional(),
    receivers: z.array(named),
    status: z.object({
      state: z.enum(['unprocessed', 'active', 'suppressed']),
      silencedBy: z.array(z.string()),
      inhibitedBy: z.array(z.string()),
      mutedBy: z.array(z.string()),
    }),
  })
  .meta({ id: 'AlertmanagerAlert' });

const matcher = z.object({
  name: z.string(),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().optional(),
});
const silenceBase = {
  matchers: z.array(matcher),
  startsAt: instant,
  endsAt: instant,
  createdBy: z.string(),
  comment: z.string(),
};
const silence = z
  .object({
    id: z.string(),
    ...silenceBase,
    updatedAt: instant,
    status: z.object({ state: z.enum(['active', 'pending', 'expired']) }),
    annotations: labels.optional(),
  })
  .meta({ id: 'AlertmanagerSilence' });

const refusal = {
  contentType: 'application/json',
  schema: z
    .union([z.string(), z.object({ code: z.int(), message: z.string() })])
    .meta({ id: 'AlertmanagerRefusal', description: 'A text, or code and message' }),
};

const flag = (text: string) => z.enum(['true', 'false']).optional().describe(text);
const filter = z.array(z.string()).optional().describe('Matchers that all hold: `severity="critical"`');
const alertsQuery = z.object({
  filter,
  receiver: z.string().optional().describe('A regular expression over names of receivers'),
  active: flag('Whether those that tell somebody are shown'),
  silenced: flag('Whether silenced ones are shown'),
  inhibited: flag('Whether inhibited ones are shown'),
  unprocessed: flag('Whether those that nothing was decided of are shown'),
});

const security = { alertmanagerKey, alertmanagerPassword };
const base = { protocol: 'alertmanager', security, refusal } as const;
const api = '/alertmanager/api/v2';
const ofSilence = { silenceID: 'Id of the silence' };

export const alertmanagerRoutes: readonly ProtocolRoute[] = [
  ...(['healthy', 'ready'] as const).map((word): ProtocolRoute => ({
    ...base,
    method: 'GET',
    path: `/alertmanager/-/${word}`,
    summary: 'Whether this API answers, as Alertmanager is asked',
    security: {},
  })),
  {
    ...base,
    method: 'GET',
    path: `${api}/status`,
    summary: 'Version, and the routing in force as alertmanager.yml',
    answer: z.object({
      cluster: z.object({ name: z.string(), status: z.string(), peers: z.array(z.unknown()) }),
      config: z.object({ original: z.string() }),
      uptime: instant,
      versionInfo: z.record(z.string(), z.string()),
    }),
  },
  {
    ...base,
    method: 'GET',
    path: `${api}/receivers`,
    summary: 'Whom routes tell',
    answer: z.array(named),
  },
  {
    ...base,
    method: 'POST',
    path: `${api}/alerts`,
    summary: 'Takes alerts; what is valid of them is on disk before the answer',
    body: z.array(postable),
  },
  {
    ...base,
    method: 'GET',
    path: `${api}/alerts`,
    summary: 'Alerts that fire; a key sees those of its integration',
    query: alertsQuery,
    answer: z.array(alert),
  },
  {
    ...base,
    method: 'GET',
    path: `${api}/alerts/groups`,
    summary: 'The same by group and by whom it tells',
    query: alertsQuery.omit({ unprocessed: true }).extend({ muted: flag('Whether muted groups are shown') }),
    answer: z.array(
      z
        .object({ labels, receiver: named, alerts: z.array(alert), routeLabels: labels })
        .meta({ id: 'AlertmanagerGroup' }),
    ),
  },
  {
    ...base,
    method: 'GET',
    path: `${api}/silences`,
    summary: 'Silences, also those that ended',
    query: z.object({ filter }),
    answer: z.array(silence),
  },
  {
    ...base,
    method: 'POST',
    path: `${api}/silences`,
    summary: 'Makes a silence, or changes the one whose id is given',
    body: z.object({ id: z.string().optional(), ...silenceBase }).meta({ id: 'AlertmanagerPostableSilence' }),
    answer: z.object({ silenceID: z.string() }),
  },
  {
    ...base,
    method: 'GET',
    path: `${api}/silence/:silenceID`,
    summary: 'One silence',
    params: ofSilence,
    answer: silence,
  },
  {
    ...base,
    method: 'DELETE',
    path: `${api}/silence/:silenceID`,
    summary: 'Ends a silence now',
    params: ofSilence,
  },
];
