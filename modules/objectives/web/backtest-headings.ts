import type { Explanation } from '../../../ui/explanation.ts';

/** How each column of a back-test comes about. */
export const backtestHeadings: readonly { readonly label: string; readonly explanation: Explanation }[] = [
  {
    label: 'Pages',
    explanation: {
      text: 'Times that a tier of urgency page would have begun to fire, over all objectives that were tried.',
    },
  },
  {
    label: 'Tickets',
    explanation: {
      text: 'Times that a tier of urgency ticket would have begun to fire, over all objectives that were tried.',
    },
  },
  {
    label: 'Firing',
    explanation: {
      text: 'For how long any of its tiers would have fired, all objectives added up.',
      formula: 'Σ (end − begin) of every alert',
    },
  },
  {
    label: 'Precision',
    explanation: {
      text: 'Of the alerts of objectives that have a marked incident, those that overlap one. Nothing where none is marked.',
      formula: 'alerts within incidents ÷ all alerts',
    },
  },
  {
    label: 'Recall',
    explanation: {
      text: 'Of the incidents that people marked as real, those that an alert overlaps.',
      formula: 'incidents with an alert ÷ all marked incidents',
    },
  },
  {
    label: 'Detects in',
    explanation: {
      text: 'From the begin of a marked incident to the first alert in it; the median over incidents that were detected.',
      formula: 'median (alert − begin of the incident)',
    },
  },
  {
    label: 'Ends after',
    explanation: {
      text: 'From the end of a marked incident to the end of its alert; the median over alerts that ended.',
      formula: 'median (end of the alert − end of the incident)',
    },
  },
];

/** How each column of where a budget went comes about. */
export const spentHeadings: Readonly<Record<'bad' | 'ofBad' | 'ofBudget' | 'lift', Explanation>> = {
  bad: { text: 'Requests with this value that the indicator counts as bad, in the stretch of time that is shown.' },
  ofBad: { text: 'Its share of all bad requests of the stretch.', formula: 'bad of the value ÷ bad of all values' },
  ofBudget: {
    text: 'Its share of the budget of the whole window.',
    formula: 'share of the budget that went × bad of the value ÷ bad of all values',
  },
  lift: {
    text: 'How much more often a request with this value was bad than one with any other.',
    formula: '(bad ÷ all of the value) ÷ (bad ÷ all of the others)',
  },
};
