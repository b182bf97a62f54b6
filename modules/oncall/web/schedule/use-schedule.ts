import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../../ui/api.ts';
import { getSchedule, listOverrides, previewSchedule, scheduleShifts } from '../../contract/schedules.ts';
import { followSchedules, schedulesKey, shiftRefreshMs } from '../parts/use-schedules.ts';
import type { Span } from './timeline.ts';

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** One schedule as it holds now. */
export const useSchedule = (name: ComputedRef<string>) => {
  followSchedules();
  return useQuery({
    queryKey: computed(() => [...schedulesKey, 'one', name.value]),
    queryFn: ({ signal }) => call(getSchedule, { params: { name: name.value } }, { signal }),
    refetchInterval: shiftRefreshMs,
  });
};

/** Who is on call in a stretch. */
export const useShifts = (name: ComputedRef<string>, span: ComputedRef<Span>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'shifts', name.value, span.value]),
    queryFn: ({ signal }) =>
      call(
        scheduleShifts,
        { params: { name: name.value }, query: { from: isoOf(span.value.fromMs), to: isoOf(span.value.toMs) } },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });

/** Overrides by hand that are not over. */
export const useOverrides = (name: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'overrides', name.value]),
    queryFn: ({ signal }) => call(listOverrides, { params: { name: name.value } }, { signal }),
  });

export interface Draft extends Span {
  readonly person: string;
  readonly layer: string | null;
}

/** What an override would do, before it is saved: asked anew as the draft moves. */
export const useGhost = (name: ComputedRef<string>, span: ComputedRef<Span>, draft: ComputedRef<Draft | null>) =>
  useQuery({
    queryKey: computed(() => [...schedulesKey, 'ghost', name.value, span.value, draft.value]),
    queryFn: ({ signal }) =>
      call(
        previewSchedule,
        {
          body: {
            name: name.value,
            override: {
              person: draft.value!.person,
              from: isoOf(draft.value!.fromMs),
              to: isoOf(draft.value!.toMs),
              layer: draft.value!.layer,
            },
            from: isoOf(Math.min(span.value.fromMs, draft.value!.fromMs)),
            to: isoOf(Math.max(span.value.toMs, draft.value!.toMs)),
          },
        },
        { signal },
      ),
    enabled: computed(() => draft.value !== null && draft.value.person !== '' && draft.value.fromMs < draft.value.toMs),
    placeholderData: keepPreviousData,
  });
