import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { listAbsences, listOwnShadowings, listScheduleAbsences, listShadowings } from '../../contract/absences.ts';
import { listCoverRequests } from '../../contract/cover-requests.ts';
import { listSchedules, scheduleShifts } from '../../contract/schedules.ts';
import { schedulesKey } from '../parts/use-schedules.ts';
import { stretchOfSpan } from './cover-words.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Requests for cover that still matter: of one schedule, or (null) of all. */
export const useCoverRequests = (schedule: ComputedRef<string | null>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'cover-requests', schedule.value]),
    queryFn: ({ signal }) =>
      call(listCoverRequests, { query: schedule.value === null ? {} : { schedule: schedule.value } }, { signal }),
  });

/** When somebody of a schedule, or one person, is away. */
export const useAway = (of: ComputedRef<{ readonly schedule: string } | { readonly person: string }>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'absences', of.value]),
    queryFn: ({ signal }) =>
      'schedule' in of.value
        ? call(listScheduleAbsences, { params: { name: of.value.schedule } }, { signal })
        : call(listAbsences, { params: { person: of.value.person } }, { signal }),
  });

/** Who goes along: in a schedule, or in all with one person. */
export const useShadowings = (of: ComputedRef<{ readonly schedule: string } | { readonly person: string }>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'shadowings', of.value]),
    queryFn: ({ signal }) =>
      'schedule' in of.value
        ? call(listShadowings, { params: { name: of.value.schedule } }, { signal })
        : call(listOwnShadowings, { params: { person: of.value.person } }, { signal }),
  });

/** Schedules in which a person has turns, with who else has. */
export const useOwnSchedules = (me: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'of', me.value]),
    queryFn: ({ signal }) => call(listSchedules, { query: { person: me.value, limit: 50 } }, { signal }),
    enabled: computed(() => me.value !== ''),
  });

/** The stretches within a span in which a person is on call for a schedule: what there is to give away. */
export const useHeld = (schedule: ComputedRef<string>, draft: ComputedRef<(Span & { person: string }) | null>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'held', schedule.value, draft.value]),
    queryFn: async ({ signal }) => {
      const { person, ...span } = draft.value!;
      const { items } = await call(
        scheduleShifts,
        { params: { name: schedule.value }, query: stretchOfSpan(span) },
        { signal },
      );
      return items.filter((shift) => shift.person === person && shift.kind !== 'shadow');
    },
    enabled: computed(() => draft.value !== null && draft.value.person !== '' && draft.value.fromMs < draft.value.toMs),
    placeholderData: keepPreviousData,
  });
