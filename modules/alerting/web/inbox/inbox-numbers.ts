import type { BigNumber } from '../../../../ui/big-number.ts';
import { formatAgo } from '../../../../ui/format/moment.ts';
import { formatCount, noValue } from '../../../../ui/format/quantity.ts';

interface Counts {
  readonly status: readonly { readonly value: string; readonly count: number }[];
}

/** The row of numbers above the inbox. What fires and is held back is told apart from what somebody is told of. */
export const inboxNumbers = (given: {
  /** Of what is active; null while that is unknown. */
  readonly active: Counts | null;
  readonly heldBack: (Counts & { readonly total: number }) | null;
  readonly fresh: number;
  /** Null: the person looks for the first time. */
  readonly seenMs: number | null;
  readonly nowMs: number;
}): readonly BigNumber[] => {
  const firing = countOf(given.active, 'firing') - countOf(given.heldBack, 'firing');
  const acknowledged = countOf(given.active, 'acknowledged');
  const heldBack = given.heldBack?.total ?? 0;
  /** Before the first answer nothing is claimed. */
  const told = (words: string): string => (given.active === null ? '' : words);
  const said = (count: number): string => (given.active === null ? noValue : formatCount(count));
  return [
    {
      label: 'Firing',
      value: said(Math.max(0, firing)),
      note: told(firing > 0 ? 'nobody is on them' : 'all quiet'),
      state: firing > 0 ? 'bad' : 'good',
    },
    { label: 'Acknowledged', value: said(acknowledged), note: told(acknowledged > 0 ? 'somebody is on them' : 'none') },
    { label: 'Held back', value: said(heldBack), note: told(heldBack > 0 ? 'they fire, nobody is told' : 'none') },
    {
      label: 'New since you looked',
      value: formatCount(given.fresh),
      note: given.seenMs === null ? 'your first look' : formatAgo(given.seenMs, given.nowMs),
    },
  ];
};

const countOf = (counts: Counts | null, status: string): number =>
  counts?.status.find(({ value }) => value === status)?.count ?? 0;
