import { Refusal } from '../../../../kernel/problem.ts';
import { secondsOf } from '../../../../kernel/time-span.ts';
import type { IncomingAlert, Integration } from '../../domain/alert.ts';
import type { Fault, Parsed } from '../../domain/sources/parsed.ts';
import { accept, type AcceptGround, type Accepted } from '../intake/accept.ts';
import type { SourceAnswer } from '../integrations/source.ts';
import type { AlertingGround } from '../ground.ts';
import { inTime } from './sender-clock.ts';

export type TakeGround = AcceptGround & Pick<AlertingGround, 'clock'>;

/** What is said of one delivery beside its alerts. */
export interface Delivery {
  readonly integration: Integration;
  readonly payloadId: string;
  /** What was odd about the body. */
  readonly notes: readonly string[];
}

/**
 * Hands what was understood in and answers: 200 with what became of each alert once all of them are on disk. What was not understood
 * of it is said in the answer, and the payload stands among the faulty ones. Throws a Refusal where nothing was understood.
 */
export const takeParsed = async (ground: TakeGround, delivery: Delivery, parsed: Parsed): Promise<SourceAnswer> => {
  if (!parsed.ok) throw notUnderstood(parsed.faults);
  const { integration, payloadId } = delivery;
  const now = ground.clock.now();
  const notes = new Set([...delivery.notes, ...parsed.notes]);
  const alerts = parsed.alerts.map((alert) => {
    const { alert: timed, note } = inTime(alert, now);
    if (note !== null) notes.add(note);
    return ended(timed, integration, now);
  });
  const outcome = await accept(ground, integration, alerts, { payloadId });
  return {
    status: 200,
    body: { status: 'taken', alerts: outcome.map(shape), ...(notes.size === 0 ? {} : { notes: [...notes] }) },
    error: notes.size === 0 ? null : [...notes].join('\n'),
    outcome,
  };
};

const shape = ({ dedupKey, alertId, outcome, reason }: Accepted) => ({
  dedupKey,
  id: alertId,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

/** 400: the payload is not what this kind of sender posts, with each place that is wrong. */
export const notUnderstood = (faults: readonly Fault[]): Refusal =>
  new Refusal({
    status: 400,
    code: 'alerting.payload-not-understood',
    title: 'This is not what integrations of this kind are sent',
    detail: faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
    errors: faults,
  });

/** Senders that never say that it is over: the integration's setting `endsAfter` lets their alerts end. */
const ended = (alert: IncomingAlert, { settings }: Integration, now: Temporal.Instant): IncomingAlert => {
  const { endsAfter } = settings;
  if (alert.action !== 'trigger' || alert.endsAt !== null || typeof endsAfter !== 'string') return alert;
  const seconds = secondsOf(endsAfter);
  return seconds === null ? alert : { ...alert, endsAt: now.add({ seconds: Math.round(seconds) }) };
};
