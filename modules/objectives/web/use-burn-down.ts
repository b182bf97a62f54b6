import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../ui/api.ts';
import { liveRefreshMs } from '../../../ui/queries.ts';
import { getBudget, getObjective } from '../contract.ts';
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

/** What was left of its budget at each step of its window, and straight on from now. */
export const useBudget = (name: ComputedRef<string | null>) =>
  useQuery({
    queryKey: computed(() => [...objectivesKey, 'budget', name.value]),
    queryFn: ({ signal }) => call(getBudget, { params: { name: name.value! } }, { signal }),
    enabled: computed(() => name.value !== null),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
