import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { liveRefreshMs } from '../../../../ui/queries.ts';
import { getIntegration, getPayload, listIntegrations, listPayloads } from '../../contract/integrations.ts';

/** Everything of this key is asked again when the ledger tells of an integration. */
export const integrationsKey = ['alerting', 'integrations'] as const;
const shownMax = 200;

const useLive = (): void => {
  const queries = useQueryClient();
  onScopeDispose(onLive('integration.', () => void queries.invalidateQueries({ queryKey: integrationsKey })));
};

/** Where alerts come from, by name. */
export const useIntegrations = () => {
  useLive();
  return useQuery({
    queryKey: [...integrationsKey, 'list'],
    queryFn: ({ signal }) => call(listIntegrations, { query: { limit: shownMax } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};

/** One with its keys and the lines to paste. */
export const useIntegration = (name: ComputedRef<string>) => {
  useLive();
  return useQuery({
    queryKey: computed(() => [...integrationsKey, 'one', name.value]),
    queryFn: ({ signal }) => call(getIntegration, { params: { name: name.value } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};

/** What came last, or what of it was faulty; only for responders of its team. */
export const usePayloads = (name: ComputedRef<string>, faulty: ComputedRef<boolean>) =>
  useQuery({
    queryKey: computed(() => [...integrationsKey, 'payloads', name.value, faulty.value]),
    queryFn: ({ signal }) =>
      call(listPayloads, { params: { name: name.value }, query: faulty.value ? { faulty: 'true' } : {} }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
    retry: false,
  });

/** One payload as it came. */
export const usePayload = (name: ComputedRef<string>, id: ComputedRef<string | null>) =>
  useQuery({
    queryKey: computed(() => [...integrationsKey, 'payload', name.value, id.value]),
    queryFn: ({ signal }) => call(getPayload, { params: { name: name.value, id: id.value! } }, { signal }),
    enabled: computed(() => id.value !== null),
    staleTime: Infinity,
  });
