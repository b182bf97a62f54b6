import type { Decision, StepPlace, StepReason, Tell } from './decide.ts';

const reasons: Record<StepReason, string> = {
  told: 'told',
  'waits-for-working-hours': 'low urgency waits for their working hours',
  'waits-for-quiet-hours': 'low urgency waits for the end of their quiet hours',
  'other-urgency': 'is not for pages of this urgency',
  'other-working-hours': 'is not for these hours of those it names',
  'nobody-on-call': 'finds nobody',
  'nobody-reachable': 'finds nobody who can be reached',
};

const goesOn = ': the next step begins at once';

/** `Step 2, round 1`, as people count. */
export const placeInWords = ({ kind, step, round }: StepPlace): string =>
  kind === 'otherwise'
    ? 'After the last step'
    : kind === 'added'
      ? 'The request for help'
      : `Step ${step + 1}${round > 0 ? `, round ${round + 1}` : ''}`;

/** One sentence of the timeline: whom a step tells and why, or why nobody. */
export const decisionInWords = (place: StepPlace, { reason, tells, passedOver, keepsTime }: Decision): string => {
  const begin = placeInWords(place);
  const people = [...Map.groupBy(tells, (tell) => tell.person?.name ?? tell.address)];
  const whom = people.map(([name, own]) => `${name} by ${methodsOf(own)} (${own[0]!.why})`).join(', ');
  const rest = passedOver.length > 0 ? ` Passed over: ${passedOver.join('; ')}.` : '';
  if (tells.length === 0 && place.kind !== 'step') return `${begin} nobody could be told.${rest}`;
  const atOnce = reason.startsWith('nobody-') ? (keepsTime ? ': the next step keeps its time' : goesOn) : '';
  if (tells.length === 0) return `${begin} ${reasons[reason]}${atOnce}.${rest}`;
  if (place.kind === 'otherwise') return `${begin}: told ${whom}.${rest}`;
  return reason === 'told' ? `${begin} tells ${whom}.${rest}` : `${begin} tells ${whom}; ${reasons[reason]}.${rest}`;
};

const methodsOf = (tells: readonly Tell[]): string => [...new Set(tells.map((tell) => tell.method))].join(', then ');
