import { computed, onScopeDispose, ref, watch, type ComputedRef } from 'vue';
import { markSeen, seenUntil } from './seen-mark.ts';

/**
 * What is new since this person looked. The mark stays while they look, so that what was new stays marked, and moves on when they
 * leave the screen or say that they saw it all.
 */
export const useSeen = (me: ComputedRef<string | null>) => {
  const seenMs = ref<number | null>(null);
  const openedMs = Date.now();
  watch(
    me,
    (person) => {
      if (person === null) return;
      seenMs.value = seenUntil(person);
      // On the first visit everything that stands there is seen; what comes after it is new.
      if (seenMs.value === null) markSeen(person, openedMs);
    },
    { immediate: true },
  );
  const leave = (): void => {
    if (me.value !== null) markSeen(me.value, Date.now());
  };
  window.addEventListener('pagehide', leave);
  onScopeDispose(() => {
    window.removeEventListener('pagehide', leave);
    leave();
  });
  return {
    seenMs: computed(() => seenMs.value ?? openedMs),
    /** True where the person looked before, in this browser. */
    hasLooked: computed(() => seenMs.value !== null),
    markAll: (): void => {
      seenMs.value = Date.now();
      leave();
    },
  };
};
