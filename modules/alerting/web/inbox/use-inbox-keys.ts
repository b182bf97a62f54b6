import type { ComputedRef } from 'vue';
import { useCommands } from '../../../../ui/commands.ts';
import { useNotices } from '../../../../ui/toasts.ts';
import type { Acted, ActVerb } from '../parts/with-acted.ts';

/** Keys of the inbox: A, R and S act on what is selected, else on the row that one stands on. */
export const useInboxKeys = (given: {
  readonly mayAnswer: ComputedRef<boolean>;
  meant(): Acted | null;
  act(verb: ActVerb, acted: Acted): Promise<void>;
  silence(): void;
  search(): void;
  markAll(): void;
}): void => {
  const notices = useNotices();
  const isReady = (): boolean => {
    if (!given.mayAnswer.value) {
      notices.done('You may read alerts; answering them takes a responder');
      return false;
    }
    if (given.meant() !== null) return true;
    notices.done('Go to an alert with J, or select some with X');
    return false;
  };
  const act = (verb: ActVerb): void => {
    if (!isReady()) return;
    void given.act(verb, given.meant()!);
  };
  useCommands([
    {
      id: 'alerts.acknowledge',
      label: 'Acknowledge',
      keys: 'a',
      group: 'Alerts',
      icon: 'i-lucide-check',
      run: () => act('acknowledge'),
    },
    {
      id: 'alerts.resolve',
      label: 'Resolve',
      keys: 'r',
      group: 'Alerts',
      icon: 'i-lucide-check-check',
      run: () => act('resolve'),
    },
    {
      id: 'alerts.silence',
      label: 'Silence',
      keys: 's',
      group: 'Alerts',
      icon: 'i-lucide-bell-off',
      run: () => isReady() && given.silence(),
    },
    {
      id: 'alerts.search',
      label: 'Find alerts',
      keys: 'f',
      group: 'Alerts',
      icon: 'i-lucide-search',
      run: given.search,
    },
    {
      id: 'alerts.seen',
      label: 'I saw all alerts',
      keys: 'm',
      group: 'Alerts',
      icon: 'i-lucide-eye',
      run: given.markAll,
    },
  ]);
};
