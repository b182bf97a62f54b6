import type { z } from 'zod';
import type { Clock } from '../../../../platform/clock/clock.ts';
import type { Configuration } from '../../../../platform/config/settings.ts';
import type { Log } from '../../../../platform/log/log.ts';
import type { Postgres } from '../../../../platform/postgres/postgres.ts';
import type { Secrets } from '../../../identity/server/public.ts';
import type { AttemptResult, ChannelName, ProviderKind } from '../../contract.ts';
import type { OutgoingMessage } from '../public.ts';

/** An HTTP call to the outside: link-local and metadata addresses refused also after DNS, no redirect, bounded. */
export type GuardedFetch = (address: string, request: GuardedRequest) => Promise<GuardedAnswer>;

export interface GuardedRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
}

export interface GuardedAnswer {
  readonly status: number;
  /** Small names, one value each. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most `answerBytesMax`; what is beyond is cut. */
  readonly text: string;
}

/** What a channel is made of once, at the start. */
export interface ChannelGround {
  readonly config: Configuration;
  readonly log: Log;
  readonly clock: Clock;
  readonly postgres: Postgres;
  /** For what a channel itself must keep, such as Web Push's own keys; `place` is `delivery:<what>:<id>`. */
  readonly secrets: Secrets;
  readonly fetch: GuardedFetch;
}

/** A provider as its channel sees it; built-in ones have `settings` and `secrets` of the configuration. */
export interface ChannelProvider {
  readonly name: string;
  readonly channel: ChannelName;
  readonly settings: Readonly<Record<string, any>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export interface SendCall {
  readonly provider: ChannelProvider;
  readonly message: OutgoingMessage;
  /** The call must end when it is aborted: then the time is over, or the server stops. */
  readonly signal: AbortSignal;
  /** Where the provider may report receipts and answers; null while Leadline knows no public address (`publicUrl`). */
  readonly callbackUrl: string | null;
}

export interface SendResult {
  /**
   * `accepted`: the provider has it. `delivered`: the person's device has it already.
   * `failed`: worth another try (5xx, 429, connection lost, 200 with an error inside that is temporary).
   * `refused`: the same again would be refused again (bad address, wrong key, 4xx): the next provider is asked, this one no more.
   */
  readonly result: Exclude<AttemptResult, 'timeout' | 'superseded'>;
  readonly status: number | null;
  /** One sentence for the timeline; never a secret. */
  readonly detail: string | null;
  /** The provider's own name for the message: receipts name it. */
  readonly providerRef: string | null;
  /** From 429 or `Retry-After`: the provider is left alone for so long. */
  readonly retryAfterSeconds: number | null;
}

/** A call from a provider to `callbackUrl` (the part after it is `path`), body unparsed so that signatures can be checked. */
export interface CallbackRequest {
  readonly method: 'GET' | 'POST';
  /** The whole address as the provider called it, by `publicUrl`. */
  readonly url: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface CallbackAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What a callback may do; each call is idempotent, duplicates and late ones change nothing wrongly. */
export interface CallbackTools {
  /** The provider reports what became of a message, by its own name for it or by the key. False where it is unknown. */
  receipt(receipt: {
    readonly of: { readonly providerRef: string } | { readonly key: string };
    readonly result: 'delivered' | 'failed';
    readonly status?: number | null;
    readonly detail?: string | null;
  }): Promise<boolean>;
  /** Hands a reply to who asked for it; gives back the sentence to answer with. Throws a Refusal for an unknown token. */
  reply(reply: {
    readonly replyToken: string;
    readonly said: 'acknowledge' | 'resolve' | 'text';
    readonly text: string;
    readonly by: string;
  }): Promise<string>;
  /** The message of a key; null where it is unknown. */
  messageOf(key: string): Promise<OutgoingMessage | null>;
  /** The newest message with a reply token that left for this address: an SMS reply names nothing else. */
  lastTo(channel: ChannelName, address: string): Promise<OutgoingMessage | null>;
}

/** One way out: an adapter without state of its own that counts. A file each, listed in `registry.ts`. */
export interface Channel {
  readonly kind: ProviderKind;
  readonly channels: readonly ChannelName[];
  /** Fields of a provider's `settings` and `secrets`, as strict objects; wrong ones are refused with their names. */
  readonly settings: z.ZodType<Record<string, unknown>>;
  readonly secrets: z.ZodType<Record<string, string>>;
  /** Works without a configured provider, as `built-in-<kind>`; a function says whether (SMTP by configuration) and with what. */
  readonly builtIn?: () => { settings: Record<string, unknown>; secrets: Record<string, string> } | null;
  /** Receipts come by callback: without one in so many seconds the next provider is asked. Null: acceptance is final. */
  readonly receiptWithinSeconds: number | null;
  /** Longest call in milliseconds; the default where absent. */
  readonly callMsMax?: number;
  /** Is the address well-formed? Null when it is, else a sentence that says what to write. */
  check(address: string, provider: ChannelProvider | null): string | null;
  /** The host that is called, where the address names it: a slow host then delays only its own messages. */
  hostOf?(address: string): string | null;
  /** One call. Throws only what is a bug or a broken connection: it then counts as `failed` (or `timeout` when aborted). */
  send(call: SendCall): Promise<SendResult>;
  /** Receipts and answers. Throws a Refusal (403) for a wrong signature. */
  callback?(request: CallbackRequest, provider: ChannelProvider, tools: CallbackTools): Promise<CallbackAnswer>;
  /** Ends what the channel keeps open (SMTP connections). */
  stop?(): Promise<void>;
}
