import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { call } from '../../../ui/api.ts';
import { figuresKey } from '../../../ui/queries.ts';
import { useTimeRange } from '../../../ui/use-time-range.ts';
import { getSignals } from '../contract.ts';

/** The golden signals of a service over the screen's range, with the same time last week. */
export const useSignals = (
  asked: () => { readonly name: string; readonly environment: string; readonly operation: string },
) => {
  const { key, stepSeconds, instants, refetchInterval } = useTimeRange();
  const query = useQuery({
    queryKey: computed(() => [figuresKey, 'signals', asked(), key.value]),
    queryFn: ({ signal }) => {
      const { name, environment, operation } = asked();
      const { from, to } = instants();
      return call(
        getSignals,
        {
          params: { name },
          query: {
            from,
            to,
            step: stepSeconds.value,
            compare: 'week',
            environment: environment || undefined,
            operation: operation || undefined,
          },
        },
        { signal },
      );
    },
    placeholderData: keepPreviousData,
    refetchInterval,
  });
  return query;
};
