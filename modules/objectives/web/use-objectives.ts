import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type ComputedRef } from 'vue';
import { call } from '../../../ui/api.ts';
import { onLive } from '../../../ui/live.ts';
import { figuresKey, liveRefreshMs } from '../../../ui/queries.ts';
import { listObjectives, type ObjectivesList, type ObjectiveSummary } from '../contract.ts';

/** Objectives that the screen holds at most, the most endangered; more are found by the filter of the API. */
export const objectivesMax = 1_000;
const pageSize = 200;

export interface AskedObjectives {
  readonly q?: string | undefined;
  readonly state?: ObjectiveSummary['state'] | undefined;
  readonly service?: string | undefined;
}

const loadAll = async (
  asked: AskedObjectives,
  signal: AbortSignal,
  onFirst: (answer: ObjectivesList) => void,
): Promise<ObjectivesList> => {
  const items: ObjectiveSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await call(listObjectives, { query: { ...asked, limit: pageSize, cursor } }, { signal });
    items.push(...page.items);
    cursor = page.next ?? undefined;
    if (cursor === undefined || items.length >= objectivesMax) return { ...page, items };
    if (items.length === page.items.length) onFirst(page);
  } while (true);
};

/** Events after which a budget or a promise is another one. */
const aboutObjectives = ['budget.', 'objective.', 'correction.', 'review.', 'policy.', 'budget-policy.'] as const;

/** Everything of this key is asked again when a promise, a budget or telemetry's figures change. */
export const objectivesKey = [figuresKey, 'objectives'] as const;

/** Makes what is shown of objectives stale as the ledger tells of them. */
export const followObjectives = (): void => {
  const queries = useQueryClient();
  for (const prefix of aboutObjectives)
    onScopeDispose(onLive(prefix, () => void queries.invalidateQueries({ queryKey: objectivesKey })));
};

/** Objectives with their budgets, most endangered first; the first page is shown while the others are fetched. */
export const useObjectives = (asked: ComputedRef<AskedObjectives>) => {
  const queries = useQueryClient();
  followObjectives();
  return useQuery({
    queryKey: computed(() => [...objectivesKey, 'list', asked.value]),
    queryFn: ({ signal, queryKey }) =>
      loadAll(asked.value, signal, (first) => {
        if (queries.getQueryData(queryKey) === undefined) queries.setQueryData(queryKey, first);
      }),
    placeholderData: keepPreviousData,
    refetchInterval: liveRefreshMs,
  });
};
