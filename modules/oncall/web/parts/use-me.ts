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
  return {
    account,
    /** Short name of the person; null for tokens and while that is unknown. */
    me: computed(() => account.value?.person?.name ?? null),
    isAdmin: computed(() => reaches(account.value?.role ?? null, 'admin')),
    /** May answer pages: a responder somewhere. The server decides for each page. */
    mayAnswer: computed(
      () =>
        reaches(account.value?.role ?? null, 'responder') ||
        Object.values(account.value?.teams ?? {}).some((role) => reaches(role, 'responder')),
    ),
    /** May change what belongs to this team; null is what belongs to none. */
    mayEdit: (team: string | null): boolean =>
      reaches(account.value?.role ?? null, 'editor') ||
      (team !== null && reaches(account.value?.teams[team] ?? null, 'editor')),
  };
};
