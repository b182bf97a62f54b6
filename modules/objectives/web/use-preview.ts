import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { onScopeDispose, ref, watch, type ComputedRef } from 'vue';
import type { z } from 'zod';
import { call } from '../../../ui/api.ts';
import { previewObjective } from '../contract/suggest.ts';

/** After so long without a key or a move the server is asked. */
const settleMs = 350;
const days = 90;
/** A minute is judged once it is over: history that just begins is asked for often, the rest each minute. */
const youngMs = 5_000;
const settledMs = 60_000;

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
    staleTime: settledMs,
    refetchInterval: (query) => (query.state.data?.items.some(isYoung) ? youngMs : settledMs),
    retry: false,
  });
};

type Previewed = z.output<typeof previewObjective.answer>['items'][number];

const isYoung = ({ steps }: Previewed): boolean => steps.length <= 2;
