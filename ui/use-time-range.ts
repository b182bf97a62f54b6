import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import {
  defaultToken,
  lengthSeconds,
  parseTimeRange,
  rangeQuery,
  resolveRange,
  stepSecondsFor,
  type TimeRange,
} from './time-range.ts';
import { liveRefreshMs } from './queries.ts';

export interface RangeInUrl {
  readonly range: ComputedRef<TimeRange>;
  /** What belongs in a query key: the same for a moving range, so that its last state stays while it refreshes. */
  readonly key: ComputedRef<string>;
  readonly stepSeconds: ComputedRef<number>;
  /** False for an absolute range: nothing moves, nothing is asked again. */
  readonly refetchInterval: ComputedRef<number | false>;
  /** From and to now, as RFC 3339, on whole steps. */
  instants(): { readonly from: string; readonly to: string };
  set(range: TimeRange): void;
}

/** The time range of this screen; it lives in the URL, which says nothing where it is `otherwise`. */
export const useTimeRange = (otherwise: string = defaultToken): RangeInUrl => {
  const route = useRoute();
  const router = useRouter();
  const range = computed(() => parseTimeRange(route.query, otherwise));
  return {
    range,
    key: computed(() =>
      range.value.kind === 'relative' ? range.value.token : `${range.value.fromMs}-${range.value.toMs}`,
    ),
    stepSeconds: computed(() => stepSecondsFor(lengthSeconds(range.value))),
    refetchInterval: computed(() => (range.value.kind === 'relative' ? liveRefreshMs : false)),
    instants: () => {
      const { fromMs, toMs } = resolveRange(range.value, Date.now());
      return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    },
    set: (next) => {
      void router.push({ query: { ...route.query, ...rangeQuery(next, otherwise) } });
    },
  };
};
