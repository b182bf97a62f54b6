import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type Ref } from 'vue';
import type { z } from 'zod';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import {
  listInhibitions,
  listRoutes,
  policyLimits,
  type AlertRoute,
  type InhibitionAnswer,
} from '../../contract/policy.ts';
import { tryRoutes, type tryRoutesBody } from '../../contract/try-routes.ts';

/** Everything of this key is asked again when the ledger tells of a route. */
export const routesKey = ['alerting', 'routes'] as const;
export const inhibitionsKey = ['alerting', 'inhibitions'] as const;

/** A whole list, page after page: there are at most a thousand. */
const whole = async <Item>(
  page: (cursor: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const answer = await page(cursor);
    items.push(...answer.items);
    cursor = answer.next ?? undefined;
  } while (cursor !== undefined && items.length < policyLimits.routes);
  return items;
};

/** Routes, in the order in which alerts are tried on them. */
export const useRoutes = () => {
  const queries = useQueryClient();
  onScopeDispose(onLive('route.', () => void queries.invalidateQueries({ queryKey: routesKey })));
  return useQuery<AlertRoute[]>({
    queryKey: [...routesKey, 'list'],
    queryFn: ({ signal }) =>
      whole((cursor) => call(listRoutes, { query: { limit: policyLimits.pageSize, cursor } }, { signal })),
    placeholderData: keepPreviousData,
  });
};

/** Inhibitions, by name. */
export const useInhibitions = () => {
  const queries = useQueryClient();
  onScopeDispose(onLive('inhibition.', () => void queries.invalidateQueries({ queryKey: inhibitionsKey })));
  return useQuery<InhibitionAnswer[]>({
    queryKey: [...inhibitionsKey, 'list'],
    queryFn: ({ signal }) =>
      whole((cursor) => call(listInhibitions, { query: { limit: policyLimits.pageSize, cursor } }, { signal })),
    placeholderData: keepPreviousData,
  });
};

export type AskedTry = z.input<typeof tryRoutesBody>;

/** What would become of an alert, or what other routes would have changed; asked while there is a question. */
export const useTry = (asked: Readonly<Ref<AskedTry | null>>) =>
  useQuery({
    queryKey: computed(() => [...routesKey, 'try', asked.value]),
    queryFn: ({ signal }) => call(tryRoutes, { body: asked.value! }, { signal }),
    enabled: computed(() => asked.value !== null),
    placeholderData: keepPreviousData,
    retry: false,
  });
