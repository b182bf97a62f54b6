import { Refusal, type Problem } from '../../../../kernel/problem.ts';
import type { IngestDecision, IngestSender } from '../../../identity/server/public.ts';
import { grpcCodes } from '../../domain/otlp-answer.ts';
import type { IntakeRefusal } from './intake-refusals.ts';

/** Identity's answer to who may send telemetry; throws a Refusal when it cannot tell now. */
export type Authorise = (sender: IngestSender) => Promise<IngestDecision>;

export type Admitted =
  | { readonly ok: true; readonly sender: string }
  | { readonly ok: false; readonly refusal: IntakeRefusal };

/** Asks identity and turns its refusal into one that both protocols can say. Never rejects. */
export const admit = async (authorise: Authorise, sender: IngestSender): Promise<Admitted> => {
  try {
    const decision = await authorise(sender);
    return decision.allowed
      ? { ok: true, sender: decision.sender }
      : { ok: false, refusal: refusalOf(decision.problem) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, refusal: refusalOf(error.problem) };
    return {
      ok: false,
      refusal: refusalOf({
        status: 503,
        code: 'telemetry.sender-unknown-now',
        title: 'Who sends could not be found out now; try again',
        retryAfterSeconds: 2,
      }),
    };
  }
};

/** A token may be shared by many senders, so the address belongs to who it is. */
export const senderName = (sender: string, address: string): string => `${sender} ${address}`;

const codes: Readonly<Record<number, number>> = {
  401: grpcCodes.unauthenticated,
  403: grpcCodes.permissionDenied,
  429: grpcCodes.resourceExhausted,
  503: grpcCodes.unavailable,
};

const refusalOf = (problem: Problem): IntakeRefusal => ({
  httpStatus: problem.status,
  grpcCode: codes[problem.status] ?? grpcCodes.permissionDenied,
  code: problem.code,
  message: problem.detail === undefined ? problem.title : `${problem.title}: ${problem.detail}`,
  ...(problem.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: problem.retryAfterSeconds }),
});
