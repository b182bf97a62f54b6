import { Refusal, type Problem } from '../../../../kernel/problem.ts';
import type { Clock } from '../../../../platform/clock/clock.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { problemOf } from '../../../../platform/http/problems.ts';
import { storable } from '../../../../platform/ledger/storable.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { Integration } from '../../domain/alert.ts';
import { integrationLimits } from '../../domain/integrations/limits.ts';
import type { IntakeMeasures } from './measures.ts';
import type { NewPayload } from './payload-store.ts';
import type { Payloads } from './payloads.ts';
import type { Source, SourceAnswer, SourceCall } from './source.ts';

/** What a handler is called with; the rest of the call is made here. */
export type Taken = Omit<SourceCall, 'payloadId' | 'isReplay'> & { readonly replayOf?: string };

export interface TakeGround {
  readonly log: Log;
  readonly clock: Clock;
  readonly payloads: Payloads;
  readonly measures: IntakeMeasures;
  /** Requests under way, an integration. */
  readonly inFlight: Map<string, number>;
  sourceOf(kind: Integration['kind']): Source | undefined;
}

/**
 * One request of a sender the whole way: understood by its source, answered in the source's own form, kept and counted. Gives back
 * the answer and the payload's id. A bug in the handler is answered 500 and the payload kept, to be played again once it is mended.
 */
export const takeFrom = async (
  ground: TakeGround,
  taken: Taken,
): Promise<{ readonly answer: SourceAnswer; readonly payloadId: string }> => {
  const payloadId = newId();
  const { integration, replayOf, ...rest } = taken;
  const source = ground.sourceOf(integration.kind);
  const call: SourceCall = { ...rest, integration, payloadId, isReplay: replayOf !== undefined };
  const answer = await answerOf(ground, source, call);
  if (!answer.isRead) ground.measures.taken(integration.kind, answer);
  // Nor what was asked for in vain: it brought nothing that could be played again.
  if (answer.isRead || call.method === 'GET') return { answer, payloadId };
  // Who is told to come again comes again with it.
  if (answer.status === 429) ground.payloads.countRefused(integration.id);
  else await keep(ground, payloadOf(call, answer, { at: ground.clock.now(), replayOf: replayOf ?? null }));
  return { answer, payloadId };
};

/** Keeps what was refused before its source saw it. */
export const refuseFrom = async (ground: TakeGround, taken: Taken, problem: Problem): Promise<SourceAnswer> => {
  const answer = refused(ground.sourceOf(taken.integration.kind), problem);
  ground.measures.taken(taken.integration.kind, answer);
  const call = { ...taken, payloadId: newId(), isReplay: false };
  await keep(ground, payloadOf(call, answer, { at: ground.clock.now(), replayOf: null }));
  return answer;
};

/** What was accepted stays accepted, also where the copy to look at cannot be written. */
const keep = ({ payloads, log }: TakeGround, payload: NewPayload): Promise<void> =>
  payloads
    .keep(payload)
    .catch((error: unknown) => log.warn({ err: error }, 'a payload of an integration could not be kept'));

const answerOf = async (ground: TakeGround, source: Source | undefined, call: SourceCall): Promise<SourceAnswer> => {
  const { id } = call.integration;
  const { inFlight } = ground;
  const now = inFlight.get(id) ?? 0;
  if (now >= integrationLimits.inFlight) return refused(source, tooFast);
  inFlight.set(id, now + 1);
  try {
    if (!source) throw new Refusal(nobodyListens);
    return await source.handle(call);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500)
      ground.log.error({ err: error, integration: call.integration.name }, 'payload could not be taken');
    return refused(source, problem);
  } finally {
    const left = (inFlight.get(id) ?? 1) - 1;
    if (left > 0) inFlight.set(id, left);
    else inFlight.delete(id);
  }
};

const tooFast: Problem = {
  status: 429,
  code: 'alerting.too-fast',
  title: 'This integration sends faster than can be written down',
  detail: 'Send the same again in a moment.',
  retryAfterSeconds: 1,
};

const nobodyListens: Problem = {
  status: 501,
  code: 'alerting.kind-has-no-door',
  title: 'Integrations of this kind take nothing here',
  detail: 'The page of the integration shows the address that it is reached at.',
};

/** A refusal in the form of the source. */
const refused = (source: Source | undefined, problem: Problem): SourceAnswer => ({
  ...(source?.options.refuse ?? plainRefusal)(problem),
  error: wordsOf(problem),
});

/** RFC 9457, as everything else of Leadline refuses. */
export const plainRefusal = (problem: Problem): Pick<SourceAnswer, 'status' | 'body' | 'headers'> => {
  const { status, title, code, detail, errors, retryAfterSeconds } = problem;
  return {
    status,
    body: {
      type: `https://leadline.dev/problems/${code}`,
      title,
      status,
      code,
      ...(detail === undefined ? {} : { detail }),
      ...(errors === undefined ? {} : { errors }),
    },
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    },
  };
};

const wordsOf = ({ title, detail, errors }: Problem): string =>
  [title, detail, ...(errors ?? []).map(({ path, message }) => `${path}: ${message}`)]
    // A detail that says the faults already is not said twice.
    .filter((each, index) => each !== undefined && each !== '' && (index < 2 || !detail?.includes(each)))
    .join('\n')
    .slice(0, integrationLimits.errorLength);

/** What is kept of one request, in bounds. */
export const payloadOf = (
  call: SourceCall,
  answer: SourceAnswer,
  { at, replayOf }: { readonly at: Temporal.Instant; readonly replayOf: string | null },
): NewPayload => {
  const { integration, payloadId, method, path, query, headers, contentType, body, size = body.length } = call;
  return {
    id: payloadId,
    integration: integration.id,
    at: new Date(at.epochMilliseconds),
    faulty: answer.error !== null,
    method,
    path: storable(path.slice(0, 1_000)),
    query: bounded(query, {}),
    headers: bounded(headers, {}),
    content_type: storable(contentType.slice(0, 200)),
    // A copy: a part of a buffer holds the whole of it in memory.
    body: Buffer.from(body.subarray(0, integrationLimits.payloadBytes)),
    bytes: size,
    status: answer.status,
    error: answer.error === null ? null : storable(answer.error.slice(0, integrationLimits.errorLength)),
    outcome: boundedTo(integrationLimits.outcomeBytes, answer.outcome ?? null, { cut: true }),
    replay_of: replayOf,
  };
};

const bounded = <Value>(value: Value, otherwise: Value): Value =>
  boundedTo(integrationLimits.headerBytes, value, otherwise) as Value;

const boundedTo = (bytes: number, value: unknown, otherwise: unknown): unknown =>
  JSON.stringify(value).length <= bytes ? storable(value) : otherwise;
