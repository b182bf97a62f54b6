import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../ui/api.ts';
import { onLive } from '../../../ui/live.ts';
import { figuresKey, liveRefreshMs } from '../../../ui/queries.ts';
import { listServices, type ServiceSummary } from '../contract.ts';

/** Services that the screen holds at most; more are found by the filter of the API. */
export const servicesMax = 2_000;
const pageSize = 200;

export interface ServicesAnswer {
  readonly items: readonly ServiceSummary[];
  readonly total: number;
}

/** `onFirst` gets the worst ones as soon as they are here, so that a large list does not keep a person waiting. */
const loadAll = async (
  minutes: number,
  signal: AbortSignal,
  onFirst: (answer: ServicesAnswer) => void,
): Promise<ServicesAnswer> => {
  const items: ServiceSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(listServices, { query: { minutes, limit: pageSize, cursor } }, { signal });
    items.push(...page.items);
    cursor = page.next ?? undefined;
    if (cursor === undefined || items.length >= servicesMax) return { items, total: page.total };
    if (items.length === page.items.length) onFirst({ items: page.items, total: page.total });
  } while (true);
};

/** All services with their golden figures over the last minutes, worst first; refreshed as figures and events arrive. */
export const useServices = (minutes: ComputedRef<number>) => {
  const queries = useQueryClient();
  const stop = onLive('service.', () => void queries.invalidateQueries({ queryKey: [figuresKey, 'services'] }));
  onScopeDispose(stop);
  return useQuery({
    queryKey: computed(() => [figuresKey, 'services', minutes.value]),
    queryFn: ({ signal, queryKey }) =>
      loadAll(minutes.value, signal, (first) => {
        if (queries.getQueryData(queryKey) === undefined) queries.setQueryData(queryKey, first);
      }),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};
