import { setTimeout as wait } from 'node:timers/promises';
import { Refusal } from '../../../kernel/problem.ts';
import { deliveryLimits } from '../contract.ts';
import { bounded } from './bounded.ts';
import type { SigningSecretOf } from './channels/webhook/signing-key.ts';
import type { Mailboxes } from './inbound/mailboxes.ts';
import type { ActiveProviders } from './providers/active.ts';
import type { Attempt, DeliveryDoor, OutgoingMessage } from './public.ts';
import type { Replies } from './replies.ts';
import { firstLane } from './sender/next-step.ts';
import { cancelMessages, insertMessages } from './store/enqueue.ts';
import type { Db } from './store/tables.ts';
import { attemptsAbout, attemptsOfKey, progressOf } from './store/views.ts';

/** How long `sendNow` waits, and how often it looks. */
const waits = { mostMs: 45_000, lookMs: 60 } as const;

/** What other modules' servers may ask of delivery. */
export const createDoor = (ground: {
  readonly db: Db;
  readonly providers: () => ActiveProviders;
  readonly replies: Replies;
  readonly mailboxes: Mailboxes;
  readonly signingSecretOf: SigningSecretOf;
}): DeliveryDoor => {
  const { db, providers } = ground;
  const enqueue: DeliveryDoor['enqueue'] = (tx, messages) =>
    insertMessages(
      tx,
      messages.map((message) => ({ message: bounded(message), lane: firstLane(message, providers) })),
    );
  return {
    enqueue,
    cancel: (tx, which) => cancelMessages(tx, which),
    attemptsOf: (about) => attemptsAbout(db, about),
    check: async (channel, address) => {
      const [first] = providers().of(channel);
      if (!first) return { ok: false, reason: noProvider(channel) };
      const wrong =
        address.length > deliveryLimits.addressLength
          ? 'The address is too long.'
          : first.channel.check(address, first.provider);
      return { ok: wrong === null, reason: wrong ?? '' };
    },
    onReply: (purpose, handler) => ground.replies.on(purpose, handler),
    onMail: (name, mailbox) => ground.mailboxes.on(name, mailbox),
    signingSecretOf: ground.signingSecretOf,
    sendNow: async (message) => {
      await db.transaction().execute((tx) => enqueue(tx, [message]));
      return outcomeOf(db, message);
    },
  };
};

const noProvider = (channel: string): string =>
  `There is no provider for ${channel}: an admin sets one up (\`leadline provider set\`, or --smtp-url for e-mail).`;

/** The last attempt, once somebody took the message or nobody will. */
const outcomeOf = async (db: Db, message: OutgoingMessage): Promise<Attempt> => {
  for (let waited = 0; waited < waits.mostMs; waited += waits.lookMs) {
    const progress = await progressOf(db, message.key);
    const attempts = progress?.state === 'waiting' ? [] : await attemptsOfKey(db, message.key);
    const last = attempts.at(-1);
    if (last && progress?.state !== 'waiting') return last;
    if (progress && progress.state !== 'waiting') throw notSent(progress.detail ?? progress.state);
    await wait(waits.lookMs);
  }
  throw notSent('no provider answered in time; it is still being tried');
};

const notSent = (detail: string): Refusal =>
  new Refusal({ status: 502, code: 'delivery.not-sent', title: 'The message could not be sent', detail });
