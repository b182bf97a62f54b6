import { keepPreviousData, useQuery } from '@tanstack/vue-query';
import { computed, type ComputedRef } from 'vue';
import { call } from '../../../ui/api.ts';
import { listDocuments } from '../contract/documents.ts';
import { objectivesKey } from './use-objectives.ts';

/** The document that makes an objective, with all that it refers to, in the order in which they are applied. */
export const useDocuments = (name: ComputedRef<string>) =>
  useQuery({
    queryKey: computed(() => [...objectivesKey, 'documents', name.value]),
    queryFn: ({ signal }) => call(listDocuments, { query: { objective: name.value, limit: 200 } }, { signal }),
    placeholderData: keepPreviousData,
  });
