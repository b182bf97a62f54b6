import type { FieldError } from '../../../../kernel/problem.ts';
import { wholeMinutes } from '../../domain/correct.ts';
import { recurringOf } from '../../domain/correction-times.ts';
import type { Indicator } from '../../domain/indicator.ts';
import { standsOnSlices } from '../../domain/left-out.ts';
import type { Objective } from '../../domain/objective.ts';
import { occurrencesOf } from '../../domain/recurrence.ts';
import type { SaidOfCorrection } from '../../contract/corrections.ts';
import { recurringOfRow } from './excluded.ts';
import type { CorrectionRow } from './store.ts';

type Spans = Extract<Indicator, { kind: 'spans' }>;

/** Clocks of zones move by half hours: slices that divide one stand still on a wall clock that jumps. */
const steadySliceSeconds = 1_800;
const yearSeconds = 366 * 86_400;

/** Everything that is wrong with traffic that is to be left out, at once. */
export const trafficProblems = (given: {
  readonly said: SaidOfCorrection;
  readonly touched: readonly Objective[];
  /** Live corrections that leave out traffic of what is touched. */
  readonly others: readonly CorrectionRow[];
  readonly nowSeconds: number;
  readonly spansDays: number;
}): FieldError[] => {
  const { said, touched, others, nowSeconds, spansDays } = given;
  const errors: FieldError[] = [];
  const wrong = (path: string, message: string): void => void errors.push({ path: `body.${path}`, message });
  const { traffic } = said;
  if (traffic === null) return [];
  if (traffic.environment === null && traffic.operation === null && traffic.attributes.length === 0)
    wrong(
      'traffic',
      'names nothing; name an environment, an operation or attributes, or leave it away for all of the time',
    );
  for (const [index, { op, value }] of traffic.attributes.entries())
    if ((op === '=~' || op === '!~') && !isPattern(value))
      wrong(`traffic.attributes.${index}.value`, 'is no regular expression');
  const uncountable = touched.filter((each) => spansOf(each).length === 0).map(({ name }) => name);
  if (uncountable.length > 0 && (said.service === null || uncountable.length === touched.length))
    wrong(
      'traffic',
      `is told apart only where requests are counted from spans; ${uncountable.slice(0, 5).join(', ')} counts none itself`,
    );
  const recurring = recurringOf(said);
  const first = wholeMinutes(recurring.first);
  for (const { name, method, timeSlice } of touched) {
    if (method === 'Occurrences' || timeSlice === null) continue;
    const steady = said.rrule === null || steadySliceSeconds % timeSlice.seconds === 0;
    if (!steady || !standsOnSlices(first, timeSlice.seconds))
      wrong(
        'from',
        `and to must stand on whole slices of ${name}, ${timeSlice.seconds / 60} min: a slice is counted with the traffic or without`,
      );
  }
  if (first.from < nowSeconds - spansDays * 86_400)
    wrong(
      'from',
      `is before what spans are kept for (${spansDays} days): traffic of then cannot be told apart any more`,
    );
  const within = { from: first.from, to: Math.max(first.to, nowSeconds) + yearSeconds };
  const times = occurrencesOf(recurring, within);
  const other = others.find((row) =>
    occurrencesOf(recurringOfRow(row), within).some((each) =>
      times.some((time) => time.from < each.to && each.from < time.to),
    ),
  );
  if (other)
    wrong(
      'traffic',
      `overlaps the times of correction ${other.name ?? other.id} of the same objective; withdraw it and say both by one filter`,
    );
  return errors;
};

const isPattern = (text: string): boolean => {
  try {
    return new RegExp(text, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

/** What an objective counts of spans itself, not by its parts. */
export const spansOf = ({ components }: Pick<Objective, 'components'>): { number: number; definition: Spans }[] =>
  components.flatMap(({ indicator }) =>
    indicator.kind === 'indicator' && indicator.definition.kind === 'spans'
      ? [{ number: indicator.number, definition: indicator.definition }]
      : [],
  );
