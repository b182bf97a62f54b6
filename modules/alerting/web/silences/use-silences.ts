import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { liveRefreshMs } from '../../../../ui/queries.ts';
import { listSilences, type SilenceAnswer } from '../../contract/silences.ts';

/** Everything of this key is asked again when the ledger tells of a silence. */
export const silencesKey = ['alerting', 'silences'] as const;
const pageSize = 100;

export type SilencesShown = 'live' | 'active' | 'pending' | 'expired';

/** Silences, newest first, a page after the other. They begin and end by the clock, which no event tells. */
export const useSilences = (state: ComputedRef<SilencesShown>) => {
  const queries = useQueryClient();
  onScopeDispose(onLive('silence.', () => void queries.invalidateQueries({ queryKey: silencesKey })));
  return useInfiniteQuery({
    queryKey: computed(() => [...silencesKey, 'list', state.value]),
    queryFn: ({ signal, pageParam }) =>
      call(listSilences, { query: { state: state.value, limit: pageSize, cursor: pageParam } }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};

/** What a silence says, for making it be otherwise. */
export const specOf = (silence: SilenceAnswer) =>
  silence.rrule === null
    ? { match: silence.match, from: silence.from, to: silence.endsAt ?? silence.to, why: silence.why }
    : {
        match: silence.match,
        from: silence.from,
        duration: `PT${Math.round((Date.parse(silence.to) - Date.parse(silence.from)) / 1_000)}S`,
        rrule: silence.rrule,
        zone: silence.zone ?? undefined,
        ...(silence.endsAt === null ? {} : { to: silence.endsAt }),
        why: silence.why,
      };
