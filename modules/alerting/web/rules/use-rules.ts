import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type Ref } from 'vue';
import type { z } from 'zod';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { getRule, listRules, previewRule, ruleLimits, type AlertRule } from '../../contract/rules.ts';

/** Everything of this key is asked again when the ledger tells of a rule. */
export const rulesKey = ['alerting', 'rules'] as const;

type State = AlertRule['state'];

/** Rules by name, page after page; asked again now and then, because what they judge moves without an event. */
export const useRules = (state: Readonly<Ref<State | ''>>) => {
  const queries = useQueryClient();
  onScopeDispose(onLive('alert-rule.', () => void queries.invalidateQueries({ queryKey: rulesKey })));
  return useInfiniteQuery({
    queryKey: computed(() => [...rulesKey, 'list', state.value]),
    queryFn: ({ pageParam, signal }) =>
      call(
        listRules,
        {
          query: {
            limit: ruleLimits.pageSize,
            cursor: pageParam,
            ...(state.value === '' ? {} : { state: state.value }),
          },
        },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
  });
};

/** One rule: how it judges each group now, and what it decided lately. */
export const useRule = (name: Readonly<Ref<string | null>>) =>
  useQuery({
    queryKey: computed(() => [...rulesKey, 'one', name.value]),
    queryFn: ({ signal }) => call(getRule, { params: { name: name.value! } }, { signal }),
    enabled: computed(() => name.value !== null),
    refetchInterval: 30_000,
  });

export type AskedPreview = z.input<typeof previewRule.body>;

/** What a rule would have decided; asked while there is a question. */
export const usePreview = (asked: Readonly<Ref<AskedPreview | null>>) =>
  useQuery({
    queryKey: computed(() => [...rulesKey, 'preview', asked.value]),
    queryFn: ({ signal }) => call(previewRule, { body: asked.value! }, { signal }),
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
