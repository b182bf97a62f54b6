import { useQueryClient } from '@tanstack/vue-query';
import { computed, ref, shallowRef, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { useNotices } from '../../../../ui/toasts.ts';
import { snoozePage, type PageWhole } from '../../contract/pages.ts';
import { pageKey, pagesKey } from '../parts/use-pages.ts';
import { answersOnTheWay, sendAnswer, type AnswerVerb } from './answers.ts';

const doneWords: Readonly<Record<AnswerVerb, string>> = { acknowledge: 'Acknowledged', resolve: 'Resolved' };

/** What the buttons of one page do: the screen follows at once, and says so while the server does not know yet. */
export const useAnswers = (page: ComputedRef<PageWhole | undefined>) => {
  const queries = useQueryClient();
  const notices = useNotices();
  const snoozing = ref(false);
  const problem = shallowRef<unknown>(null);
  const changed = (now: PageWhole): void => {
    queries.setQueryData(pageKey(now.id), now);
    void queries.invalidateQueries({ queryKey: pagesKey });
  };
  const answer = async (verb: AnswerVerb): Promise<void> => {
    const current = page.value;
    if (!current || current.state === 'resolved') return;
    if (verb === 'acknowledge' && current.state === 'acknowledged' && current.snoozedUntil === null) return;
    if (answersOnTheWay.get(current.id)?.verb === verb) return;
    problem.value = null;
    try {
      const now = await sendAnswer(current.id, verb);
      if (now === null) return;
      changed(now);
      notices.done(doneWords[verb]);
    } catch (cause) {
      problem.value = cause;
      notices.failed(`Not ${doneWords[verb].toLowerCase()}`, cause);
      void queries.invalidateQueries({ queryKey: pagesKey });
    }
  };
  const snooze = async (minutes: number): Promise<void> => {
    if (!page.value || snoozing.value) return;
    snoozing.value = true;
    try {
      changed(await call(snoozePage, { params: { id: page.value.id }, body: { minutes } }));
    } catch (cause) {
      notices.failed('Not snoozed', cause);
    } finally {
      snoozing.value = false;
    }
  };
  return {
    onTheWay: computed(() => (page.value ? (answersOnTheWay.get(page.value.id) ?? null) : null)),
    problem,
    snoozing,
    changed,
    acknowledge: () => void answer('acknowledge'),
    resolve: () => void answer('resolve'),
    snooze,
  };
};

export type Answers = ReturnType<typeof useAnswers>;
