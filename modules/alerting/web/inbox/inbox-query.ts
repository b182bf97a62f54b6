import { computed, type ComputedRef } from 'vue';
import { useUrlList } from '../../../../ui/use-url-list.ts';
import { useUrlText } from '../../../../ui/use-url-text.ts';
import { severities, type Severity } from '../../domain/alert.ts';
import type { AskedAlerts } from '../parts/use-alerts.ts';

export const states = ['active', 'firing', 'acknowledged', 'suppressed', 'resolved', 'all'] as const;
export type State = (typeof states)[number];
export const stateChoices: readonly { readonly value: State; readonly label: string }[] = [
  { value: 'active', label: 'Active' },
  { value: 'firing', label: 'Firing' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'suppressed', label: 'Held back' },
  { value: 'resolved', label: 'Resolved' },
  { value: 'all', label: 'All' },
];

/** A filter by label as it is typed: `name=value`. */
export const isLabelFilter = (text: string): boolean => /^[^\s=]+=\S[^]*$/u.test(text.trim());

/** The inbox's filters, which live in the URL, so that a view can be sent to somebody. */
export const useInboxQuery = () => {
  const stateText = useUrlText('state');
  const service = useUrlText('service');
  const source = useUrlText('source');
  const group = useUrlText('group');
  const q = useUrlText('q');
  const viewText = useUrlText('view');
  const labels = useUrlList('label');
  const severityText = useUrlList('severity');
  const state = computed<State>({
    get: () => states.find((each) => each === stateText.value) ?? (group.value === '' ? 'active' : 'all'),
    set: (value) => (stateText.value = value === (group.value === '' ? 'active' : 'all') ? '' : value),
  });
  const severity = computed<Severity[]>(() => severities.filter((each) => severityText.value.includes(each)));
  const asked: ComputedRef<AskedAlerts> = computed(() => ({
    state: state.value,
    severity: severity.value.length > 0 ? severity.value : undefined,
    service: service.value || undefined,
    source: source.value || undefined,
    label: labels.value.length > 0 ? [...labels.value] : undefined,
    group: group.value || undefined,
    q: q.value.trim() || undefined,
  }));
  return {
    asked,
    state,
    service,
    source,
    group,
    q,
    labels,
    severity,
    toggleSeverity: (value: Severity): void => {
      severityText.value = severity.value.includes(value)
        ? severity.value.filter((each) => each !== value)
        : [...severity.value, value];
    },
    view: computed<'alerts' | 'groups'>({
      get: () => (viewText.value === 'groups' && group.value === '' ? 'groups' : 'alerts'),
      set: (value) => (viewText.value = value === 'groups' ? 'groups' : ''),
    }),
    /** Whether anything beside the state narrows the list. */
    isNarrowed: computed(
      () =>
        severity.value.length > 0 ||
        labels.value.length > 0 ||
        [service.value, source.value, q.value].some((text) => text !== ''),
    ),
  };
};

export type InboxQuery = ReturnType<typeof useInboxQuery>;
