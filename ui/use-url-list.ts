import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** A repeated parameter of the URL's query (`attribute=a&attribute=b`), to read and write. */
export const useUrlList = (name: string): WritableComputedRef<readonly string[]> => {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () =>
      [route.query[name] ?? []].flat().filter((value): value is string => typeof value === 'string' && value !== ''),
    set: (values) => {
      void router.push({ query: { ...route.query, [name]: values.length > 0 ? [...values] : undefined } });
    },
  });
};
