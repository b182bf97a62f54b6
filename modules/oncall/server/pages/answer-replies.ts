import { Refusal } from '../../../../kernel/problem.ts';
import { acknowledge, addNote, resolve } from './answer.ts';
import { replyPurpose } from './links.ts';
import { notificationById } from './page-store.ts';
import type { PagesGround } from './pages-ground.ts';
import type { PagesTables } from './tables.ts';

/** Replies by e-mail, SMS, chat button and phone key act as the person that the message was for. */
export const answerReplies = (ground: PagesGround): void =>
  ground.doors.delivery.onReply(replyPurpose, async ({ replyToken, said, text, by: from }) => {
    const id = ground.links.readReplyToken(replyToken);
    const db = ground.postgres.tables<PagesTables>();
    const found = id === null ? null : await notificationById(db, id);
    if (!found) return 'This does not belong to a page of ours.';
    const name = found.person ?? 'webhook';
    const by = {
      actor: {
        kind: found.personId === null ? ('system' as const) : ('person' as const),
        id: found.personId ?? 'webhook',
        name,
      },
      via: from,
    };
    try {
      return await ground.postgres.transaction<PagesTables, string>(async (tx) => {
        if (said === 'text') {
          await addNote(ground, tx, { id: found.page, text: text.trim().slice(0, 4_000) || '(an empty reply)' }, by);
          return 'Noted on the page. Reply ack or resolve to answer it.';
        }
        const outcome =
          said === 'acknowledge'
            ? await acknowledge(ground, tx, found.page, by)
            : await resolve(ground, tx, { id: found.page, text: null }, by);
        const word = said === 'acknowledge' ? 'acknowledged' : 'resolved';
        return outcome === 'done' ? `You ${word} the page.` : `The page was ${word} already.`;
      });
    } catch (error) {
      if (error instanceof Refusal) return `${error.problem.title}. ${error.problem.detail ?? ''}`.trim();
      throw error;
    }
  });
