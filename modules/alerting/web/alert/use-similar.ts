import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { listAlerts, type Alert } from '../../contract/alerts.ts';
import { alertsKey } from '../parts/use-alerts.ts';

const similarMax = 6;

/** Other alerts of the same name, newest first, whatever became of them; none where it has no name. */
export const useSimilar = (alert: ComputedRef<Alert>) => {
  const name = computed(() => alert.value.labels['alertname'] ?? '');
  return useQuery({
    queryKey: computed(() => [...alertsKey, 'similar', name.value, alert.value.dedupKey]),
    queryFn: async ({ signal }) => {
      const query = { state: 'all', label: `alertname=${name.value}`, limit: similarMax * 3 } as const;
      const { items } = await call(listAlerts, { query }, { signal });
      return items.filter(({ dedupKey }) => dedupKey !== alert.value.dedupKey).slice(0, similarMax);
    },
    enabled: computed(() => name.value !== ''),
    placeholderData: keepPreviousData,
  });
};
