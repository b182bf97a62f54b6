import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { noiseReport } from '../../contract/noise.ts';
import { inhibitionSpec, putInhibition, putRoute, routeSpec } from '../../contract/policy.ts';
import { putSilence, silenceSpec } from '../../contract/silences.ts';

/** The report of the last days; it counts over many alerts and is not asked again by itself. */
export const useNoise = (days: ComputedRef<number>) =>
  useQuery({
    queryKey: computed(() => ['alerting', 'noise', days.value]),
    queryFn: ({ signal }) => call(noiseReport, { query: { days: days.value } }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

/** Puts a proposed document in force, as `leadline apply` would. */
export const applyProposal = async (document: Record<string, unknown>): Promise<void> => {
  const { name } = document['metadata'] as { name: string };
  const { spec } = document;
  if (document['kind'] === 'Inhibition')
    await call(putInhibition, { params: { name }, body: inhibitionSpec.parse(spec) });
  else if (document['kind'] === 'Silence')
    await call(putSilence, { params: { silence: name }, body: silenceSpec.parse(spec) });
  else await call(putRoute, { params: { name }, body: routeSpec.parse(spec) });
};
