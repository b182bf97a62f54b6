import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient, type QueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { liveRefreshMs } from '../../../../ui/queries.ts';
import {
  getAlert,
  getAlertGroup,
  listAlertGroups,
  listAlerts,
  whyAlert,
  type Alert,
  type AlertGroup,
} from '../../contract/alerts.ts';

/** Everything of this key is asked again when the ledger tells of alerts. */
export const alertsKey = ['alerting', 'alerts'] as const;
/** An alert of a storm stands on no ledger, only its group does: what is on the screen is asked this often. */
const alertRefreshMs = 5_000;
/** Counting all that match costs more than a page of them: 0.12 s among 100,000. */
const facetsRefreshMs = 15_000;
/** Rows a page of the list; a screen holds `rowsMax` of them, the filters find the others. */
export const alertsPage = 100;
export const rowsMax = 2_000;

export interface AskedAlerts {
  readonly state?: 'active' | 'firing' | 'acknowledged' | 'suppressed' | 'resolved' | 'all' | undefined;
  readonly severity?: Alert['severity'][] | undefined;
  readonly service?: string | undefined;
  readonly source?: string | undefined;
  readonly label?: string[] | undefined;
  readonly group?: string | undefined;
  readonly q?: string | undefined;
  /** Came from then on. */
  readonly from?: string | undefined;
}

const settleMs = 250;

/** Makes what is shown of alerts stale as the ledger tells of them; many events at once are one question. */
export const followAlerts = (): void => {
  const queries = useQueryClient();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stale = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void refreshAlerts(queries);
    }, settleMs);
  };
  for (const prefix of ['alert.', 'silence.', 'inhibition.', 'page.']) onScopeDispose(onLive(prefix, stale));
  onScopeDispose(() => clearTimeout(timer));
};

export const refreshAlerts = (queries: QueryClient): Promise<void> =>
  queries.invalidateQueries({ queryKey: alertsKey });

/** Alerts, newest first, a page after the other. */
export const useAlerts = (asked: ComputedRef<AskedAlerts>, enabled: ComputedRef<boolean> = computed(() => true)) =>
  useInfiniteQuery({
    queryKey: computed(() => [...alertsKey, 'list', asked.value]),
    queryFn: ({ signal, pageParam }) =>
      call(listAlerts, { query: { ...asked.value, limit: alertsPage, cursor: pageParam } }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last, pages) => (pages.length * alertsPage >= rowsMax ? undefined : (last.next ?? undefined)),
    placeholderData: keepPreviousData,
    refetchInterval: alertRefreshMs,
    enabled,
  });

/** Whether any alert ever came; null while that is unknown. */
export const useAnyAlert = () => {
  const { data } = useQuery({
    queryKey: [...alertsKey, 'any'],
    queryFn: async ({ signal }) =>
      (await call(listAlerts, { query: { state: 'all', limit: 1 } }, { signal })).items.length > 0,
    refetchInterval: (query) => (query.state.data === true ? false : alertRefreshMs),
  });
  return computed(() => data.value ?? null);
};

/** How many there are of each, of all that match. */
export const useFacets = (asked: ComputedRef<AskedAlerts>) =>
  useQuery({
    queryKey: computed(() => [...alertsKey, 'facets', asked.value]),
    queryFn: async ({ signal }) =>
      (await call(listAlerts, { query: { ...asked.value, limit: 1, facets: 'true' } }, { signal })).facets,
    placeholderData: keepPreviousData,
    refetchInterval: facetsRefreshMs,
  });

/** Groups, newest first, a page after the other. */
export const useGroups = (state: ComputedRef<'open' | 'closed' | 'all'>, enabled: ComputedRef<boolean>) =>
  useInfiniteQuery({
    queryKey: computed(() => [...alertsKey, 'groups', state.value]),
    queryFn: ({ signal, pageParam }) =>
      call(listAlertGroups, { query: { state: state.value, limit: alertsPage, cursor: pageParam } }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last, pages) => (pages.length * alertsPage >= rowsMax ? undefined : (last.next ?? undefined)),
    placeholderData: keepPreviousData,
    refetchInterval: alertRefreshMs,
    enabled,
  });

/** One group; undefined where none is asked for. */
export const useGroup = (id: ComputedRef<string>) =>
  useQuery<AlertGroup>({
    queryKey: computed(() => [...alertsKey, 'group', id.value]),
    queryFn: ({ signal }) => call(getAlertGroup, { params: { id: id.value } }, { signal }),
    enabled: computed(() => id.value !== ''),
    refetchInterval: alertRefreshMs,
  });

/** One alert with its decisions and the times it fired before, live. */
export const useAlert = (id: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => [...alertsKey, 'one', id.value]),
    queryFn: ({ signal }) => call(getAlert, { params: { id: id.value } }, { signal }),
    enabled: computed(() => id.value !== ''),
    refetchInterval: (query) => (query.state.data?.status === 'resolved' ? liveRefreshMs : alertRefreshMs),
  });

/** Why somebody was told of it, or was not. */
export const useWhy = (id: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => [...alertsKey, 'why', id.value]),
    queryFn: ({ signal }) => call(whyAlert, { params: { id: id.value } }, { signal }),
    enabled: computed(() => id.value !== ''),
    refetchInterval: liveRefreshMs,
    placeholderData: keepPreviousData,
  });
