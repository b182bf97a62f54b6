import { keepPreviousData, useQueries, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { listSchedules, scheduleOnCall, type ScheduleSummary } from '../../contract/schedules.ts';

/** Everything of this key is asked again when the ledger tells of a schedule. */
export const schedulesKey = ['oncall', 'schedules'] as const;
/** Shifts begin and end by the clock, which no event tells. */
export const shiftRefreshMs = 60_000;
const schedulesMax = 200;
/** Schedules whose next person is asked for one by one; beyond that the schedule's own screen says who. */
const nextAskedMax = 40;

/** Makes what is shown of schedules stale as the ledger tells of them. */
export const followSchedules = (): void => {
  const queries = useQueryClient();
  for (const prefix of ['schedule.', 'override.', 'cover.', 'absence.', 'time-off.', 'shadowing.'])
    onScopeDispose(onLive(prefix, () => void queries.invalidateQueries({ queryKey: schedulesKey })));
};

/** Schedules by name, each with who is on call now. */
export const useSchedules = () => {
  followSchedules();
  return useQuery({
    queryKey: [...schedulesKey, 'list'],
    queryFn: ({ signal }) => call(listSchedules, { query: { limit: schedulesMax } }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: shiftRefreshMs,
  });
};

/** Who is next in each of these schedules, by name; absent while that is unknown, null where nobody is. */
export const useNext = (schedules: ComputedRef<readonly ScheduleSummary[]>) => {
  const answers = useQueries({
    queries: computed(() =>
      schedules.value.slice(0, nextAskedMax).map(({ name }) => ({
        queryKey: [...schedulesKey, 'on-call', name],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          call(scheduleOnCall, { params: { name }, query: {} }, { signal }),
        refetchInterval: shiftRefreshMs,
      })),
    ),
  });
  return computed(
    () =>
      new Map(
        schedules.value.slice(0, nextAskedMax).flatMap(({ name }, index) => {
          const answer = answers.value[index]?.data;
          return answer === undefined ? [] : [[name, answer.next] as const];
        }),
      ),
  );
};
