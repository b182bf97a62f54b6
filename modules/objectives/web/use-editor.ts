import { useQuery } from '@tanstack/vue-query';
import { computed, reactive, ref, watch, type ComputedRef } from 'vue';
import { useRoute } from 'vue-router';
import { call } from '../../../ui/api.ts';
import { listDocuments } from '../contract/documents.ts';
import { listSuggestions } from '../contract/suggest.ts';
import { documentOfText } from './document-text.ts';
import { documentOf, emptyForm, type ObjectiveForm } from './objective-form.ts';
import { formOf } from './read-form.ts';
import { yamlText } from '../../../ui/format/yaml-text.ts';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The short name that a long one suggests: RFC 1123, as OpenSLO names things. */
export const nameFrom = (displayName: string): string =>
  displayName
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '');

/**
 * What is being written: the form, or the document itself where the form cannot say it. Begins empty, with a service, with
 * what history proposes, or with what holds.
 */
export const useEditor = () => {
  const route = useRoute();
  const name = computed(() => (route.name === 'objective-edit' ? String(route.params['name']) : null));
  const suggested = computed(() => (typeof route.query['suggestion'] === 'string' ? route.query['suggestion'] : null));
  const form = reactive<ObjectiveForm>({
    ...emptyForm(zone),
    service: typeof route.query['service'] === 'string' ? route.query['service'] : '',
  });
  const mode = ref<'form' | 'document'>('form');
  const written = ref('');
  const ready = ref(name.value === null && suggested.value === null);

  const open = (document: Record<string, unknown>): void => {
    const read = formOf(document, zone);
    if (read) Object.assign(form, read);
    mode.value = read ? 'form' : 'document';
    written.value = yamlText(document);
    ready.value = true;
  };

  const kept = useQuery({
    queryKey: computed(() => ['objective-document', name.value]),
    queryFn: ({ signal }) => call(listDocuments, { query: { objective: name.value!, limit: 200 } }, { signal }),
    enabled: computed(() => name.value !== null),
    staleTime: 0,
  });
  const document = computed(() => kept.data.value?.items.find((item) => item.kind === 'SLO'));
  watch(
    document,
    (found) => {
      if (found && !ready.value) open(found.body);
    },
    { immediate: true },
  );

  useSuggested(suggested, (found) => {
    if (ready.value) return;
    if (found) open(found);
    else ready.value = true;
  });

  const text = computed(() => (mode.value === 'form' ? yamlText(documentOf(form)) : written.value));
  const toDocument = (): void => {
    written.value = text.value;
    mode.value = 'document';
  };
  /** Back to the form, where it can say what was written; false where it cannot. */
  const toForm = async (): Promise<boolean> => {
    const parsed = await documentOfText(written.value);
    const read = parsed ? formOf(parsed, zone) : null;
    if (!read) return false;
    Object.assign(form, read);
    mode.value = 'form';
    return true;
  };
  return {
    name,
    form,
    mode,
    written,
    text,
    ready,
    document,
    error: kept.error,
    refetch: kept.refetch,
    toDocument,
    toForm,
  };
};

/** The proposal that a person wants to adjust, as a document; null where it is no longer proposed. */
const useSuggested = (
  name: ComputedRef<string | null>,
  onFound: (document: Record<string, unknown> | null) => void,
): void => {
  const { data } = useQuery({
    queryKey: computed(() => ['objective-suggestion', name.value]),
    queryFn: ({ signal }) => call(listSuggestions, {}, { signal }),
    enabled: computed(() => name.value !== null),
  });
  watch(
    data,
    async (found) => {
      if (!found) return;
      const item = found.items.find((each) => each.name === name.value);
      onFound(item ? await documentOfText(item.document) : null);
    },
    { immediate: true },
  );
};
