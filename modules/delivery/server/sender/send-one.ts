import type { Ground } from '../../../../platform/module/ground.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { afterAttempt } from '../../domain/after-attempt.ts';
import type { ActiveProvider, ActiveProviders } from '../providers/active.ts';
import type { OutgoingMessage } from '../public.ts';
import { pauseLane, type EndedAttempt } from '../store/results.ts';
import { beginAttempts, type Beginning, type TakenMessage } from '../store/sending.ts';
import type { Db } from '../store/tables.ts';
import { gather } from './gather.ts';
import type { DeliveryMeasures } from './measures.ts';
import { nextFor, stepTo, type ChoiceGround } from './next-step.ts';
import { callbackUrlOf, callProvider, type CallResult } from './one-call.ts';
import type { Pauses } from './pauses.ts';
import { settle, type Settlement } from './settle.ts';

export interface SendGround extends Pick<Ground, 'postgres' | 'log' | 'clock' | 'ledger' | 'config'> {
  readonly providers: () => ActiveProviders;
  readonly measures: DeliveryMeasures;
}

/** What became of a taken message here: `soon` when it may be taken again at once. */
type Outcome = 'settled' | 'soon' | 'left-to-its-lease';

/** Tries to write a result, in pauses, for a few times the lease: after that the message is sent again in any case. */
const writing = { times: 60, pauseMs: 250 };

/**
 * Sends one message whose lease this process has: the check right before the call (still held, still wanted, not paused:
 * one statement for all that are about to leave), the call, and its answer written with what comes next.
 */
export const createSendOne = (
  ground: SendGround,
  options: {
    readonly db: Db;
    readonly pauses: Pauses;
    readonly leaseSeconds: number;
    readonly stopping: AbortSignal;
    readonly ending: () => boolean;
  },
): ((message: TakenMessage) => Promise<Outcome>) => {
  const { pauses, leaseSeconds, stopping } = options;
  const choice: ChoiceGround = { providers: ground.providers, pausedSecondsOf: pauses.of };
  const begin = gather((beginnings: readonly Beginning[]) => beginAttempts(ground.postgres, beginnings));
  const write = gather((all: readonly Settlement[]) => settle(ground, all), writing);

  const handBack = async (message: TakenMessage): Promise<Outcome> => {
    const { tries, lane } = message;
    const base = { id: message.id, fence: message.fence, tries, lane, called: false, detail: null };
    await write({ ended: null, step: { ...base, state: 'waiting', afterSeconds: 0 } });
    return 'soon';
  };
  return async (message) => {
    if (options.ending()) return handBack(message);
    const next = nextFor(message, choice);
    const { active, lane } = next;
    const step = stepTo(message, { ...next, tries: message.tries }, { served: true, lastDetail: null, called: false });
    const callNow = active !== null && lane === message.lane && step.state === 'waiting' && step.afterSeconds === 0;
    if (!callNow) {
      await write({ ended: null, step });
      return step.afterSeconds === 0 ? 'soon' : 'settled';
    }
    const attempt = newId();
    const askedAtMs = ground.clock.monotonicMs();
    const begun = await begin({ id: message.id, fence: message.fence, attempt, provider: active.name, lane });
    if (!begun.has(attempt)) {
      // Taken back, taken over, expired, or its lane was paused by another process: whoever takes it next finds it out.
      pauses.doubt();
      return handBack(message);
    }
    if (ground.clock.monotonicMs() - askedAtMs > (leaseSeconds * 1_000) / 2) {
      await write({ step: null, ended: stoodStill(attempt) });
      return 'left-to-its-lease';
    }
    const callbackUrl = callbackUrlOf(ground.config.values.publicUrl, active.name);
    const result = await ground.measures.timed(active, () =>
      callProvider(active, outgoing(message), { stopping, callbackUrl }),
    );
    if (stopping.aborted && result.result === 'failed') return 'left-to-its-lease';
    // No receipt can come where the provider was told no address to report to: then its acceptance is final.
    const reporting = callbackUrl === null ? { ...active, receiptWithinSeconds: null } : active;
    const settlement = await whatIsNext({ message, active: reporting, lane, attempt, result }, choice, options);
    await write(settlement);
    return settlement.step?.state === 'waiting' && settlement.step.afterSeconds === 0 ? 'soon' : 'settled';
  };
};

const whatIsNext = async (
  done: { message: TakenMessage; active: ActiveProvider; lane: string; attempt: string; result: CallResult },
  choice: ChoiceGround,
  { db, pauses }: { readonly db: Db; readonly pauses: Pauses },
): Promise<Settlement> => {
  const { message, active, lane, attempt, result } = done;
  const ended: EndedAttempt = {
    id: attempt,
    result: result.result,
    status: result.status,
    detail: result.detail,
    providerRef: result.providerRef,
  };
  const after = afterAttempt(message.tries, active.name, result, active.receiptWithinSeconds);
  const { tries } = after;
  const base = { id: message.id, fence: message.fence, tries, lane, called: true, detail: result.detail };
  switch (after.act) {
    case 'end':
      return { ended, step: { ...base, state: after.state, afterSeconds: null } };
    case 'await-receipt':
      return { ended, step: { ...base, state: 'unconfirmed', afterSeconds: after.withinSeconds } };
    case 'again': {
      if (after.pauseSeconds > 0) {
        pauses.set(lane, after.pauseSeconds);
        await pauseLane(db, lane, after.pauseSeconds);
      }
      const next = nextFor({ ...message, tries }, choice);
      return {
        ended,
        step: stepTo(message, { ...next, tries }, { served: false, lastDetail: result.detail, called: true }),
      };
    }
  }
};

const stoodStill = (attempt: string): EndedAttempt => ({
  id: attempt,
  result: 'superseded',
  status: null,
  detail: 'this process stood still right before the call; nothing was sent',
  providerRef: null,
});

const outgoing = (message: TakenMessage): OutgoingMessage => ({
  key: message.key,
  channel: message.channel,
  address: message.address,
  urgency: message.urgency,
  about: message.about,
  content: message.content,
  expiresAt: message.expiresAt === null ? null : Temporal.Instant.fromEpochMilliseconds(message.expiresAt.getTime()),
});
