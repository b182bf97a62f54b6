import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { onScopeDispose, ref, watch, type ComputedRef } from 'vue';
import { call } from '../../../ui/api.ts';
import { previewObjective } from '../contract/suggest.ts';

/** After so long without a key or a move the server is asked. */
const settleMs = 350;
const days = 90;

/** What 90 days of history say of a document, some moments after it was last changed; '' asks nothing. */
export const usePreview = (text: ComputedRef<string>) => {
  const settled = ref(text.value);
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(text, (next) => {
    clearTimeout(timer);
    timer = setTimeout(() => (settled.value = next), settleMs);
  });
  onScopeDispose(() => clearTimeout(timer));
  return useQuery({
    queryKey: ['objective-preview', settled],
    queryFn: ({ signal }) => call(previewObjective, { body: { text: settled.value, days } }, { signal }),
    enabled: () => settled.value !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
};
