import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '../../../../platform/clock/id.ts';
import type { IncomingAlert, Integration } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import { accept, type Accepted } from '../intake/accept.ts';
import type { AlertTables } from '../intake/tables.ts';
import type { Integrations, IntegrationsGround } from './integrations.ts';
import { decidedOf, type Decided } from './test-views.ts';

export type TestGround = Pick<IntegrationsGround, 'postgres' | 'clock' | 'jobs'> &
  Pick<Integrations, 'sourceOf' | 'take'>;

export interface Tested {
  readonly alerts: readonly (Omit<Decided, 'dedupKey' | 'id'> & {
    readonly alert: string | null;
    readonly outcome: string;
  })[];
  readonly isDecided: boolean;
  readonly says: string;
  readonly endsAt: Temporal.Instant;
}

export const endTestKind = 'alerting.end-test';
const lookMs = 100;

/**
 * Sends a test alert as the sender would, through the source where there is one, and waits until it is decided what becomes of it.
 * It ends by itself a quarter of an hour later, so that nobody must remember to resolve it.
 */
export const sendTest = async (
  ground: TestGround,
  integration: Integration,
  { by, labels }: { readonly by: string; readonly labels: Readonly<Record<string, string>> },
): Promise<Tested> => {
  const now = ground.clock.now();
  const endsAt = now.add({ minutes: integrationLimits.testMinutes });
  const handed = await handIn(ground, integration, { now, endsAt, by, labels });
  if ('error' in handed) return { alerts: [], isDecided: true, says: handed.error, endsAt };
  const ids = handed.accepted.flatMap(({ alertId }) => (alertId === null ? [] : [alertId]));
  const decided = await untilDecided(ground, ids);
  await endLater(ground, integration, decided, endsAt);
  const alerts = handed.accepted.map(({ alertId, outcome }) => {
    const found = decided.find(({ id }) => id === alertId);
    return { alert: alertId, outcome, decisions: found?.decisions ?? [], pages: found?.pages ?? [] };
  });
  const isDecided = alerts.every(({ alert, decisions }) => alert === null || decisions.some(isEnd));
  return { alerts, isDecided, says: sayingOf(alerts, isDecided), endsAt };
};

interface Given {
  readonly now: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly by: string;
  readonly labels: Readonly<Record<string, string>>;
}

const handIn = async (
  ground: TestGround,
  integration: Integration,
  given: Given,
): Promise<{ readonly accepted: readonly Accepted[] } | { readonly error: string }> => {
  const id = newId();
  const { sample } = ground.sourceOf(integration.kind)?.options ?? {};
  if (!sample) return { accepted: await accept(ground, integration, [plainTest(integration, id, given)]) };
  const call = sample({ integration, now: given.now, id, labels: given.labels });
  const answer = await ground.take({
    integration,
    method: 'POST',
    path: '/intake',
    query: {},
    headers: {},
    ...call,
  });
  if (Array.isArray(answer.outcome) && answer.outcome.length > 0) return { accepted: answer.outcome as Accepted[] };
  return { error: `The integration answered ${answer.status}: ${answer.error ?? 'no alert came of it'}.` };
};

/** For kinds whose senders cannot be imitated by one request. */
const plainTest = (integration: Integration, id: string, { now, endsAt, by, labels }: Given): IncomingAlert => ({
  dedupKey: `leadline-test-${id}`,
  action: 'trigger',
  labels: { alertname: 'LeadlineTest', integration: integration.name, severity: 'critical', ...labels },
  annotations: { description: `${by} tries the way of an alert of ${integration.name}. Nothing is broken.` },
  severity: 'critical',
  summary: `Test of the integration ${integration.name}`,
  service: labels['service'] ?? null,
  startsAt: now,
  endsAt,
  links: [],
  by,
});

const untilDecided = async ({ postgres, clock }: TestGround, ids: readonly string[]): Promise<readonly Decided[]> => {
  const db = postgres.tables<AlertTables>();
  for (const until = clock.monotonicMs() + integrationLimits.testWaitMs; ; await wait(lookMs)) {
    const decided = await decidedOf(db, ids);
    const done = decided.every(({ decisions }) => decisions.some(isEnd));
    if (done || clock.monotonicMs() > until) return decided;
  }
};

/** What joins a group is told with it; what joins a page has been told by it. */
const isEnd = ({ decision, page }: { readonly decision: string; readonly page: string | null }): boolean =>
  decision !== 'joined' || page !== null;

/** By a job, so that a test also ends where the sender's protocol knows no end. */
const endLater = async (
  { postgres, jobs }: TestGround,
  integration: Integration,
  decided: readonly Decided[],
  endsAt: Temporal.Instant,
): Promise<void> => {
  await postgres.transaction<AlertTables, void>(async (tx) => {
    for (const { id, dedupKey } of decided)
      await jobs.schedule(tx, {
        kind: endTestKind,
        key: id,
        due: endsAt,
        data: { integration: { ...integration, settings: {} }, dedupKey },
        lane: 'ordinary',
      });
  });
};

/** Ends a test alert whose time is over; one that was resolved meanwhile is left alone. */
export const endTest = async (ground: Pick<TestGround, 'postgres'>, data: Record<string, unknown>): Promise<void> => {
  const { integration, dedupKey } = data as unknown as { integration: Integration; dedupKey: string };
  await accept(ground, integration, [
    {
      dedupKey,
      action: 'resolve',
      labels: {},
      annotations: {},
      severity: 'info',
      summary: '',
      service: null,
      startsAt: null,
      endsAt: null,
      links: [],
      by: 'the end of the test',
    },
  ]);
};

const sayingOf = (alerts: Tested['alerts'], isDecided: boolean): string => {
  const reasons = alerts.flatMap(({ decisions }) => decisions.map(({ reason }) => reason));
  if (!isDecided) return 'The alert was taken; what becomes of it is not decided yet. The alert itself will say.';
  const pages = new Set(alerts.flatMap((alert) => alert.pages)).size;
  const told = pages === 0 ? 'Nobody was paged.' : pages === 1 ? 'Somebody was paged.' : `${pages} pages were raised.`;
  return [told, ...new Set(reasons)].join(' ');
};
