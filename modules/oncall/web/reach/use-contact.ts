import { useQuery, useQueryClient } from '@tanstack/vue-query';
import { computed, onScopeDispose, type Ref } from 'vue';
import { call } from '../../../../ui/api.ts';
import { onLive } from '../../../../ui/live.ts';
import { getContact } from '../../contract/people.ts';

/** Everything of this key is asked again when the ledger tells how a person is reached. */
export const contactKey = ['oncall', 'contact'] as const;

/** How a person is reached now. */
export const useContact = (person: Ref<string | null>) => {
  const queries = useQueryClient();
  onScopeDispose(onLive('person.', () => void queries.invalidateQueries({ queryKey: contactKey })));
  return useQuery({
    queryKey: computed(() => [...contactKey, person.value]),
    queryFn: ({ signal }) => call(getContact, { params: { person: person.value! } }, { signal }),
    enabled: computed(() => person.value !== null),
  });
};
