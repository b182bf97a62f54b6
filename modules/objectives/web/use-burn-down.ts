import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../ui/api.ts';
import { liveRefreshMs } from '../../../ui/queries.ts';
import { getBudget, getObjective, type ObjectiveReport } from '../contract.ts';
import { chartFrom } from './budget-chart.ts';
import { objectivesKey } from './use-objectives.ts';

/** One objective as it is now; null names ask nothing. */
export const useObjective = (name: ComputedRef<string | null>) =>
  useQuery({
    queryKey: computed(() => [...objectivesKey, 'one', name.value]),
    queryFn: ({ signal }) => call(getObjective, { params: { name: name.value! } }, { signal }),
    enabled: computed(() => name.value !== null),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });

/** What was left of its budget at each step, and straight on from now. Waits for the report, which says how far history reaches. */
export const useBudget = (report: ComputedRef<ObjectiveReport | undefined>) => {
  const name = computed(() => report.value?.name ?? null);
  const from = computed(() => (report.value ? chartFrom(report.value) : undefined));
  return useQuery({
    queryKey: computed(() => [...objectivesKey, 'budget', name.value, from.value]),
    queryFn: ({ signal }) =>
      call(getBudget, { params: { name: name.value! }, query: { from: from.value } }, { signal }),
    enabled: computed(() => name.value !== null),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};
