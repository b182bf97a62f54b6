import { useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';
import { call } from '../../../../ui/api.ts';
import { listPeople, listTeams } from '../../../identity/contract.ts';
import { listPolicies } from '../../contract/policies.ts';
import { listSchedules } from '../../contract/schedules.ts';

/** Names of one kind that a choice offers at most; whoever is not among them is named by the API or the CLI. */
const offeredMax = 500;
const pageMax = 200;

/** People by their short names: how they are called. A name that is not known stands for itself. */
export const usePeople = () => {
  const { data } = useQuery({
    queryKey: ['oncall', 'names', 'people'],
    queryFn: ({ signal }) => call(listPeople, { query: { limit: offeredMax } }, { signal }),
    staleTime: 60_000,
  });
  const byName = computed(() => new Map((data.value?.items ?? []).map((person) => [person.name, person])));
  return {
    people: computed(() => (data.value?.items ?? []).filter((person) => person.state !== 'disabled')),
    nameOf: (name: string): string => byName.value.get(name)?.displayName ?? name,
  };
};

/** What can be paged: asked only while a dialog wants it. */
export const useWhom = (enabled: Ref<boolean>) => {
  const { people } = usePeople();
  const ask = { enabled, staleTime: 60_000 };
  const { data: teams } = useQuery({
    queryKey: ['oncall', 'names', 'teams'],
    queryFn: ({ signal }) => call(listTeams, { query: { limit: offeredMax } }, { signal }),
    ...ask,
  });
  const { data: policies } = useQuery({
    queryKey: ['oncall', 'names', 'policies'],
    queryFn: ({ signal }) => call(listPolicies, { query: { limit: pageMax } }, { signal }),
    ...ask,
  });
  const { data: schedules } = useQuery({
    queryKey: ['oncall', 'names', 'schedules'],
    queryFn: ({ signal }) => call(listSchedules, { query: { limit: pageMax } }, { signal }),
    ...ask,
  });
  return {
    people: computed(() => people.value.map((each) => ({ label: each.displayName, value: each.name }))),
    teams: computed(() => (teams.value?.items ?? []).map((each) => ({ label: each.displayName, value: each.name }))),
    policies: computed(() =>
      (policies.value?.items ?? []).map((each) => ({ label: each.spec.title ?? each.name, value: each.name })),
    ),
    schedules: computed(() =>
      (schedules.value?.items ?? []).map((each) => ({ label: each.title || each.name, value: each.name })),
    ),
  };
};
