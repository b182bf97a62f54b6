import type { Ledger } from '../../../platform/ledger/ledger.ts';
import type { AttemptResult, ChannelName } from '../contract.ts';

export type { AttemptResult, ChannelName };

/** A transaction of the caller, whatever tables it knows. */
export type CallersTransaction = Parameters<Ledger['append']>[0];

/** Something that leaves Leadline for a person or a system. */
export interface OutgoingMessage {
  /** Idempotency key towards the provider, at most 128 characters. The same key is kept once. */
  readonly key: string;
  readonly channel: ChannelName;
  /** E-mail address, URL, phone number (E.164), push subscription (JSON), ntfy topic URL. */
  readonly address: string;
  readonly urgency: 'high' | 'low';
  /** Subject on the ledger: `page:<uuid>`. */
  readonly about: string;
  readonly content: MessageContent;
  /** Not sent any more after it; null: until the tries are used up. */
  readonly expiresAt: Temporal.Instant | null;
}

export interface MessageContent {
  /** One line. */
  readonly subject: string;
  /** The whole, as plain text. */
  readonly text: string;
  readonly lines?: readonly { readonly label: string; readonly value: string }[];
  readonly link?: { readonly label: string; readonly url: string };
  /**
   * Acknowledge, resolve, …: signed links, whose GET shows what they do and whose POST does it; chat buttons and phone keys
   * (1, 2, 3 in order) use them, and what stands on a lock screen acts by POST.
   */
  readonly actions?: readonly { readonly id: string; readonly label: string; readonly url: string }[];
  /** For voice: what is said. */
  readonly spoken?: string;
  /** `data` of the webhook's CloudEvent. */
  readonly data?: Record<string, unknown>;
  /** Type of the CloudEvent: `dev.leadline.page.notified`. */
  readonly eventType?: string;
  /** For webhooks: this body as it is, instead of a CloudEvent; signed and repeated under its key all the same. */
  readonly raw?: { readonly contentType: string; readonly body: string };
  /**
   * Comes back with replies by e-mail, SMS and phone key; begins with the purpose that `onReply` was given and a dot:
   * `page.k3v9…`. Small letters, digits, dots and hyphens, at most 50, because it stands in an e-mail address.
   */
  readonly replyToken?: string;
}

/** One call to a provider and what it answered. */
export interface Attempt {
  readonly messageKey: string;
  readonly channel: ChannelName;
  readonly provider: string;
  readonly at: Temporal.Instant;
  /** `superseded`: its process died or was frozen in the call; another took over under the same key. */
  readonly result: AttemptResult;
  /** Status of HTTP or SMTP, where there was one. */
  readonly status: number | null;
  readonly detail: string | null;
  readonly receiptAt: Temporal.Instant | null;
  readonly fence: bigint;
}

/** A person answered a message. */
export interface Reply {
  readonly replyToken: string;
  readonly said: 'acknowledge' | 'resolve' | 'text';
  readonly text: string;
  /** Where it came from: `e-mail from p1@example.org`, `SMS from +49…`, `phone key 1`. */
  readonly by: string;
}

/** Mailboxes of other modules on the mail port, beside the address for replies. */
export const mailboxNames = ['alerts'] as const;
export type MailboxName = (typeof mailboxNames)[number];

/** A letter to `<mailbox>+<tag>@…`. */
export interface IncomingMail {
  /** Behind the plus, in small letters. */
  readonly tag: string;
  /** The whole letter as it came (RFC 5322). */
  readonly raw: Buffer;
}

/** Who takes a mailbox's letters. A Refusal below 500 (but 409 and 429) refuses for good; anything else asks to come again. */
export interface Mailbox {
  /** Is there anybody behind this tag? Asked before the letter is taken. */
  knows(tag: string): Promise<boolean>;
  /** Taken for good once this resolves. */
  take(mail: IncomingMail): Promise<void>;
  /** Told of a letter that is refused because it is too long, before its sender hears it. */
  tooLarge?(mail: TooLargeMail): Promise<void>;
}

/** The beginning of a letter that is longer than mailboxes take. */
export interface TooLargeMail {
  readonly tag: string;
  readonly head: Buffer;
  /** How many bytes came, and how many may. */
  readonly bytes: number;
  readonly bytesMax: number;
}

/** What other modules' servers may ask of delivery. */
export interface DeliveryDoor {
  /** Writes in the caller's transaction; sent after its commit, at least once, under the same key. */
  enqueue(tx: CallersTransaction, messages: readonly OutgoingMessage[]): Promise<void>;
  /** Takes back, in the caller's transaction, what has not begun to leave. */
  cancel(tx: CallersTransaction, which: readonly string[] | { readonly about: string }): Promise<void>;
  /** Attempts whose end is known, oldest first, by `about`. */
  attemptsOf(about: readonly string[]): Promise<ReadonlyMap<string, readonly Attempt[]>>;
  /** Is there a provider for the channel, and is the address well-formed? The reason is a sentence for a person. */
  check(channel: ChannelName, address: string): Promise<{ readonly ok: boolean; readonly reason: string }>;
  /** Replies whose token begins with `purpose.` go to `handler`; what it gives back is said to who replied. */
  onReply(purpose: string, handler: (reply: Reply) => Promise<string>): void;
  /** Letters to `<name>+<tag>@…`, at the domain of `mailReplyAddress`, go to `mailbox`. */
  onMail(name: MailboxName, mailbox: Mailbox): void;
  /** Sends at once and waits for the first provider that takes it: for tests of a contact method and verification codes. */
  sendNow(message: OutgoingMessage): Promise<Attempt>;
  /** The secret (`whsec_…`) that webhooks to this address are signed with, for its owner to check them by. */
  signingSecretOf(address: string): Promise<string>;
}
