import type { Ground } from '../../../../platform/module/ground.ts';
import type { DeliveryDoor } from '../public.ts';
import type { Replies } from '../replies.ts';
import { createAnswerOnce } from './answer-once.ts';
import type { Mailboxes } from './mailboxes.ts';
import { startMailListener, type MailListener } from './mail-listener.ts';

/** Receives replies by e-mail where a port and an address are configured, in the process that serves the screens. */
export const startMail = async (
  { config, log, postgres }: Pick<Ground, 'config' | 'log' | 'postgres'>,
  parts: { readonly replies: Replies; readonly mailboxes: Mailboxes; readonly door: Pick<DeliveryDoor, 'enqueue'> },
): Promise<MailListener | null> => {
  const { mailReplyPort, mailReplyHost, mailReplyAddress, run } = config.values;
  if (mailReplyPort === undefined || !run.includes('web')) return null;
  if (mailReplyAddress === undefined) {
    log.warn('mailReplyPort is set without mailReplyAddress: no reply by e-mail is received');
    return null;
  }
  return startMailListener(
    {
      config,
      log,
      postgres,
      once: createAnswerOnce(postgres),
      replies: parts.replies,
      mailboxes: parts.mailboxes,
      send: (message) => postgres.transaction<unknown, void>((tx) => parts.door.enqueue(tx, [message])),
    },
    { host: mailReplyHost, port: mailReplyPort, ours: mailReplyAddress },
  );
};
