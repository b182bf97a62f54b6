import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { getPolicy, listPolicies, tryPolicy } from '../../contract/policies.ts';

/** Everything of this key is asked again when the ledger tells of a policy. */
export const policiesKey = ['oncall', 'policies'] as const;
const policiesMax = 200;

const followPolicies = (): void => {
  const queries = useQueryClient();
  onScopeDispose(onLive('escalation-policy.', () => void queries.invalidateQueries({ queryKey: policiesKey })));
};

/** Escalation policies by name. */
export const usePolicies = () => {
  followPolicies();
  return useQuery({
    queryKey: [...policiesKey, 'list'],
    queryFn: ({ signal }) => call(listPolicies, { query: { limit: policiesMax } }, { signal }),
    placeholderData: keepPreviousData,
  });
};

export const usePolicy = (name: ComputedRef<string>) => {
  followPolicies();
  return useQuery({
    queryKey: computed(() => [...policiesKey, 'one', name.value]),
    queryFn: ({ signal }) => call(getPolicy, { params: { name: name.value } }, { signal }),
  });
};

export interface AskedTry {
  readonly name: string;
  /** Null is now. */
  readonly at: string | null;
  readonly urgency: 'high' | 'low';
}

/** Who would be paged at a time, if nobody answered. */
export const useTry = (asked: ComputedRef<AskedTry>) =>
  useQuery({
    queryKey: computed(() => [...policiesKey, 'try', asked.value]),
    queryFn: ({ signal }) =>
      call(
        tryPolicy,
        {
          params: { name: asked.value.name },
          query: { urgency: asked.value.urgency, ...(asked.value.at === null ? {} : { at: asked.value.at }) },
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
