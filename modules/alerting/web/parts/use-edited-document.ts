import { useQueryClient, type QueryKey } from '@tanstack/vue-query';
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { useNotices } from '../../../../ui/toasts.ts';
import type { ReadAnswer, Said } from './read-document.ts';

/** What is edited as a document: how it is read, written, put in force and deleted. */
export interface Edited<Spec> {
  /** What stands; null: a new one is written. */
  kept(): Said<Spec> | null;
  textOf(kept: Said<Spec> | null): string;
  read(text: string): Promise<ReadAnswer<Spec>>;
  put(said: Said<Spec>): Promise<{ readonly outcome: string }>;
  remove(name: string): Promise<unknown>;
  /** Told when the editor opens. */
  opened(): void;
  readonly queryKey: QueryKey;
  /** Said when it is in force. */
  readonly done: string;
}

/** A document that is read while it is typed, put in force, and deleted; both can be taken back. */
export const useEditedDocument = <Spec>(open: Ref<boolean>, edited: Edited<Spec>) => {
  const queries = useQueryClient();
  const notices = useNotices();
  const { text, said, faults } = useReadText<Spec>(edited.read);
  const problem = shallowRef<unknown>(null);
  const busy = ref(false);
  const removing = ref(false);

  watch(
    [open, () => edited.kept()?.name],
    () => {
      if (!open.value) return;
      text.value = edited.textOf(edited.kept());
      problem.value = null;
      removing.value = false;
      edited.opened();
    },
    { immediate: true },
  );
  const isRenamed = computed(() => {
    const kept = edited.kept();
    return kept !== null && said.value !== null && said.value.name !== kept.name;
  });
  const refresh = (): void => void queries.invalidateQueries({ queryKey: edited.queryKey });
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      await work();
      open.value = false;
      refresh();
    } catch (cause) {
      problem.value = cause;
    } finally {
      busy.value = false;
    }
  };
  /** The editor is shut by then: what fails is told as a notice. */
  const putBack = (before: Said<Spec>): void =>
    void edited.put(before).then(refresh, (cause: unknown) => notices.failed(`${before.name} is not put back`, cause));

  return {
    text,
    said,
    faults,
    write: (typed: string): void => {
      text.value = typed;
    },
    /** A second press deletes. */
    askRemove: (): void => {
      removing.value = true;
    },
    problem,
    busy,
    removing,
    isReady: computed(() => said.value !== null && faults.value.length === 0),
    isRenamed,
    save: (): Promise<void> =>
      attempt(async () => {
        const before = edited.kept();
        const { outcome } = await edited.put(said.value!);
        const undo = before === null || isRenamed.value ? undefined : () => putBack(before);
        notices.done(outcome === 'unchanged' ? 'Nothing was to be changed' : edited.done, undo);
      }),
    remove: (): Promise<void> =>
      attempt(async () => {
        const before = edited.kept()!;
        await edited.remove(before.name);
        notices.done(`${before.name} is deleted`, () => putBack(before));
      }),
  };
};

/** A text, what it said when it could last be read, and what is wrong with it now. */
const useReadText = <Spec>(read: Edited<Spec>['read']) => {
  const text = ref('');
  const said = shallowRef<Said<Spec> | null>(null);
  const faults = shallowRef<readonly string[]>([]);
  let last = 0;
  watch(text, async (typed) => {
    last += 1;
    const own = last;
    const answer = await read(typed);
    if (own !== last) return;
    if ('said' in answer) said.value = answer.said;
    faults.value = 'faults' in answer ? answer.faults : [];
  });
  return { text, said, faults };
};

export type EditedDocument = ReturnType<typeof useEditedDocument<any>>;
