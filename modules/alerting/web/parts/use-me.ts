import { useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { reaches } from '../../../../kernel/role.ts';
import { call } from '../../../../ui/api.ts';
import { readAccount } from '../../../identity/contract/sign-in.ts';

/** Who is signed in, from the same place in the cache as the shell's own question. */
export const useMe = () => {
  const { data: account } = useQuery({
    queryKey: ['identity', 'account'],
    queryFn: ({ signal }) => call(readAccount, {}, { signal }),
    staleTime: 30_000,
  });
  const may = (needed: 'responder' | 'editor') =>
    computed(
      () =>
        reaches(account.value?.role ?? null, needed) ||
        Object.values(account.value?.teams ?? {}).some((role) => reaches(role, needed)),
    );
  return {
    /** Short name of the person; null for tokens and while that is unknown. */
    me: computed(() => account.value?.person?.name ?? null),
    /** May acknowledge, resolve and silence: a responder somewhere. The server decides for each. */
    mayAnswer: may('responder'),
    /** May change routes and inhibitions of some team. The server decides for each. */
    mayEdit: may('editor'),
  };
};
