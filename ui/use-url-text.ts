import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/**
 * One text of the URL's query, to read and write; '' is absent. Writing replaces the history's entry, so that typing a
 * filter is not twenty steps back. Several written in one tick are joined.
 */
export const useUrlText = (name: string): WritableComputedRef<string> => {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const value = route.query[name];
      return (Array.isArray(value) ? value[0] : value) ?? '';
    },
    set: (text) => {
      pending ??= { ...route.query };
      pending[name] = text === '' ? undefined : text;
      queueMicrotask(() => {
        if (!pending) return;
        const query = pending;
        pending = null;
        void router.replace({ query });
      });
    },
  });
};

let pending: Record<string, string | undefined | null | (string | null)[]> | null = null;
