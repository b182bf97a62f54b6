import { secondsOf } from '../../../../kernel/time-span.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { IncomingAlert, Integration } from '../../domain/alert.ts';
import { postedAlerts } from '../../domain/sources/alertmanager-posted.ts';
import { badRequest, required, unreadable, type WireFault } from '../../domain/sources/alertmanager-wire.ts';
import type { Accepted } from '../intake/accept.ts';
import { aheadWords, isAhead, isLongOver } from './sender-clock.ts';
import type { SampleGiven, SampleCall, SourceAnswer, SourceCall } from '../integrations/source.ts';

/** An alert without an end is over so long after it was last sent, as Alertmanager's `resolve_timeout` says by default. */
export const resolveTimeout = Temporal.Duration.from({ minutes: 5 });

/** As the integration says, else the default. */
const timeoutOf = ({ settings }: Integration): Temporal.Duration => {
  const said = settings['resolveTimeout'];
  const seconds = typeof said === 'string' ? secondsOf(said) : null;
  return seconds === null ? resolveTimeout : Temporal.Duration.from({ seconds: Math.round(seconds) });
};

export interface PostGround {
  readonly clock: Pick<Clock, 'now'>;
  accept(
    integration: Integration,
    incoming: readonly IncomingAlert[],
    options?: { readonly payloadId?: string },
  ): Promise<readonly Accepted[]>;
}

/**
 * `POST /api/v2/alerts`: what is valid is on disk before the answer; what is not is named in it, with 400, and the rest taken all the
 * same. Prometheus does not send again what was refused with 4xx, and does what was refused with 5xx at its next evaluation.
 */
export const postAlerts = async (
  { clock, accept }: PostGround,
  { integration, payloadId, body }: Pick<SourceCall, 'integration' | 'body'> & { readonly payloadId: string | null },
): Promise<SourceAnswer> => {
  const read = readJson('alerts', body);
  if ('fault' in read) return refusedBy(read.fault);
  const at = clock.now();
  const posted = postedAlerts(read.value, { at, resolveTimeout: timeoutOf(integration) });
  if ('status' in posted) return refusedBy(posted);
  const { faults } = posted;
  const { alerts, notes } = timed(posted.alerts, at);
  const accepted =
    alerts.length === 0 ? [] : await accept(integration, alerts, payloadId === null ? {} : { payloadId });
  const outcome = countsOf(accepted);
  notes.push(...behindNotes(alerts, accepted, at));
  if (faults.length === 0) return { status: 200, error: notes.length === 0 ? null : notes.join('\n'), outcome };
  return { ...refusedBy(badRequest(shortened(faults).join('\n'))), outcome: { ...outcome, refused: faults.length } };
};

/** What begins tomorrow began now, as everywhere; the payload is kept with what was odd about it. */
const timed = (
  alerts: readonly IncomingAlert[],
  at: Temporal.Instant,
): { readonly alerts: readonly IncomingAlert[]; readonly notes: string[] } => {
  const ahead = alerts.find(({ startsAt }) => startsAt !== null && isAhead(startsAt, at));
  if (ahead === undefined) return { alerts, notes: [] };
  return {
    alerts: alerts.map((alert) =>
      alert.startsAt !== null && isAhead(alert.startsAt, at) ? { ...alert, startsAt: at } : alert,
    ),
    notes: [aheadWords(ahead.startsAt!, at)],
  };
};

/** An alert that ended long ago and was never heard of: the sender says that it fires, by a clock that is behind. */
const behindNotes = (
  alerts: readonly IncomingAlert[],
  accepted: readonly Accepted[],
  at: Temporal.Instant,
): readonly string[] => {
  const lost = alerts.filter(
    ({ action, endsAt }, index) =>
      action === 'resolve' && accepted[index]?.outcome === 'dropped' && endsAt !== null && isLongOver(endsAt, at),
  );
  if (lost.length === 0) return [];
  const minutes = Math.round(at.since(lost[0]!.endsAt!).total('minutes'));
  return [
    `${lost.length} alerts were over when they were first told of, one of them for ${minutes} minutes: is the clock of the sender behind?`,
  ];
};

/** A body as a value; undefined where there is none. */
export const readJson = (name: string, body: Buffer): { readonly value: unknown } | { readonly fault: WireFault } => {
  if (body.length === 0) return { fault: required(name) };
  try {
    return { value: JSON.parse(body.toString('utf8')) as unknown };
  } catch (error) {
    return { fault: unreadable(name, error instanceof Error ? error.message : String(error)) };
  }
};

const refusedBy = ({ status, body }: WireFault): SourceAnswer => ({
  status,
  body,
  error: typeof body === 'string' ? body : body.message,
});

const faultsShown = 20;
const shortened = (faults: readonly string[]): readonly string[] =>
  faults.length <= faultsShown
    ? faults
    : [...faults.slice(0, faultsShown), `and ${faults.length - faultsShown} more that are not taken`];

/** How many became what: a batch of thousands is told in one line. */
const countsOf = (accepted: readonly Accepted[]): Partial<Record<Accepted['outcome'], number>> => {
  const counts: Partial<Record<Accepted['outcome'], number>> = {};
  for (const { outcome } of accepted) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

/** "Send a test", as Prometheus would send it. */
export const sampleAlerts = ({ integration, now, id }: SampleGiven): SampleCall => ({
  path: '/alertmanager/api/v2/alerts',
  contentType: 'application/json',
  body: Buffer.from(
    JSON.stringify([
      {
        labels: { alertname: 'LeadlineTest', severity: 'info', test: id },
        annotations: { summary: `A test of the integration ${integration.name}` },
        startsAt: now.toString(),
      },
    ]),
  ),
});
