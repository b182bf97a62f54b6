import type { Status } from '../../../ui/status.ts';
import type { HeartbeatState } from '../contract.ts';

/** How a state is shown: red and amber mean trouble, nothing else. */
export const stateWords: Readonly<Record<HeartbeatState, { readonly label: string; readonly status: Status }>> = {
  missed: { label: 'Missed', status: 'bad' },
  late: { label: 'Late', status: 'warn' },
  well: { label: 'Well', status: 'good' },
  waiting: { label: 'Never pinged', status: 'none' },
};
