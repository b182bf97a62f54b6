import { useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { reaches, type Role } from '../../../kernel/role.ts';
import { call } from '../../../ui/api.ts';
import { readAccount } from '../contract/sign-in.ts';

export const accountKey = ['identity', 'account'] as const;

/** Who is signed in; `may` says whether a role of the organisation is reached, false while that is unknown. */
export const useAccount = () => {
  const {
    data: account,
    error,
    refetch,
  } = useQuery({ queryKey: accountKey, queryFn: ({ signal }) => call(readAccount, {}, { signal }), staleTime: 30_000 });
  const may = (needed: Role): boolean => account.value !== undefined && reaches(account.value.role, needed);
  return { account, error, refetch, may, isAdmin: computed(() => may('admin')) };
};
