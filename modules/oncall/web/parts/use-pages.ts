import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { liveRefreshMs } from '../../../../ui/queries.ts';
import { getPage, listPages, type Page } from '../../contract/pages.ts';

/** Everything of this key is asked again when the ledger tells of a page. */
export const pagesKey = ['oncall', 'pages'] as const;
/** Attempts of messages stand on no ledger: while a page waits for an answer it is asked this often. */
const openRefreshMs = 5_000;
/** Pages that the list holds; older ones are found by its filters. */
export const pagesMax = 200;

export type AskedPages = {
  readonly state?: Page['state'] | 'open' | undefined;
  readonly urgency?: Page['urgency'] | undefined;
  readonly policy?: string | undefined;
  readonly team?: string | undefined;
  readonly person?: string | undefined;
  readonly service?: string | undefined;
  readonly limit?: number;
};

/** Makes what is shown of pages stale as the ledger tells of them. */
export const followPages = (): void => {
  const queries = useQueryClient();
  onScopeDispose(onLive('page.', () => void queries.invalidateQueries({ queryKey: pagesKey })));
};

/** Pages, newest first. */
export const usePages = (asked: ComputedRef<AskedPages>) => {
  followPages();
  return useQuery({
    queryKey: computed(() => [...pagesKey, 'list', asked.value]),
    queryFn: ({ signal }) => call(listPages, { query: { limit: pagesMax, ...asked.value } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};

export const pageKey = (id: string) => [...pagesKey, 'one', id] as const;

/** One page with its timeline, live. */
export const usePage = (id: ComputedRef<string>) => {
  followPages();
  return useQuery({
    queryKey: computed(() => pageKey(id.value)),
    queryFn: ({ signal }) => call(getPage, { params: { id: id.value } }, { signal }),
    enabled: computed(() => id.value !== ''),
    refetchInterval: (query) => (query.state.data?.state === 'triggered' ? openRefreshMs : liveRefreshMs),
  });
};
