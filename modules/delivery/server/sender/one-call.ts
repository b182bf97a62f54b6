import { Refusal } from '../../../../kernel/problem.ts';
import { deliveryLimits } from '../../contract.ts';
import { withoutAddress } from '../../domain/without-address.ts';
import type { SendResult } from '../channels/channel.ts';
import type { ActiveProvider } from '../providers/active.ts';
import type { OutgoingMessage } from '../public.ts';

/** Longest call to a provider: then the next one is asked. */
const callMsDefault = 10_000;

export type CallResult = Omit<SendResult, 'result'> & { readonly result: SendResult['result'] | 'timeout' };

/**
 * One call to one provider, bounded in time; never throws. A broken connection is `failed`, a call that did not end in
 * time is `timeout`: the provider may have it, and gets the next under the same key.
 */
export const callProvider = async (
  active: ActiveProvider,
  message: OutgoingMessage,
  options: CallOptions,
): Promise<CallResult> => {
  const result = await callOnce(active, message, options);
  const detail = result.detail === null ? null : withoutAddress(result.detail, message.address);
  return { ...result, detail: detail?.slice(0, deliveryLimits.detailLength) ?? null };
};

interface CallOptions {
  readonly stopping: AbortSignal;
  readonly callbackUrl: string | null;
}

const callOnce = async (
  active: ActiveProvider,
  message: OutgoingMessage,
  options: CallOptions,
): Promise<CallResult> => {
  const callMs = active.channel.callMsMax ?? callMsDefault;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), callMs);
  const signal = AbortSignal.any([deadline.signal, options.stopping]);
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new Error('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    // Also a channel that does not look at the signal may not hold its place for longer.
    const sending = active.channel.send({
      provider: active.provider,
      message,
      signal,
      callbackUrl: options.callbackUrl,
    });
    return await Promise.race([sending, aborted.promise]);
  } catch (error) {
    if (deadline.signal.aborted) return nothing('timeout', `no answer within ${callMs / 1_000} s`);
    if (options.stopping.aborted) return nothing('failed', 'the server stopped during the call');
    if (error instanceof Refusal)
      return nothing('refused', [error.problem.title, error.problem.detail].filter(Boolean).join(': '));
    return nothing('failed', reasonOf(error));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    aborted.promise.catch(() => undefined);
  }
};

const nothing = (result: CallResult['result'], detail: string): CallResult => ({
  result,
  status: null,
  detail,
  providerRef: null,
  retryAfterSeconds: null,
});

/** The code of a connection's failure before its message, which might repeat what was sent. */
const reasonOf = (error: unknown): string => {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const known = code ?? cause?.code;
  if (known) return `the connection failed: ${known}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : 'the call failed';
};

/** Where a provider reports receipts and answers; null while no public address is known. */
export const callbackUrlOf = (publicUrl: string | undefined, provider: string): string | null =>
  publicUrl === undefined
    ? null
    : `${publicUrl.replace(/\/$/, '')}/api/v1/delivery/callbacks/${encodeURIComponent(provider)}`;
