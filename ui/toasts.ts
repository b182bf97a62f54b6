import { shallowRef, type Ref } from 'vue';
import { ApiProblem } from './api.ts';

/** A short notice at the edge of the screen. */
export interface Notice {
  readonly id: number;
  readonly tone: 'done' | 'failed';
  readonly title: string;
  readonly detail: string;
  readonly undo: (() => void) | null;
}

const standing = shallowRef<readonly Notice[]>([]);

/** What stands now, the newest last. `NoticeList` shows it. */
export const notices: Readonly<Ref<readonly Notice[]>> = standing;

/** A notice that nobody has to answer leaves after this long; not while it is pointed at or holds the focus. */
export const noticeMs = 5_000;
/** Of more the oldest leave. */
const noticesMax = 5;

let lastId = 0;

const add = (notice: Omit<Notice, 'id'>): void => {
  lastId += 1;
  standing.value = [...standing.value, { id: lastId, ...notice }].slice(-noticesMax);
};

export const removeNotice = (id: number): void => {
  standing.value = standing.value.filter((notice) => notice.id !== id);
};

/** Says short notices. What failed stays until it is closed; the rest leaves after 5 s. */
export const useNotices = (): {
  done(title: string, undo?: () => void): void;
  failed(title: string, cause: unknown): void;
} => ({
  done: (title, undo) => add({ tone: 'done', title, detail: '', undo: undo ?? null }),
  failed: (title, cause) => add({ tone: 'failed', title, detail: sentenceOf(cause), undo: null }),
});

/** What an error says to a person. */
export const sentenceOf = (cause: unknown): string => {
  if (cause instanceof ApiProblem) return cause.problem.detail ?? cause.problem.title;
  return cause instanceof Error ? cause.message : String(cause);
};
