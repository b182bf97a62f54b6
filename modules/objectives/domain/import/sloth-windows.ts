import { openSloVersion } from '../openslo/kinds.ts';
import { minutesOf, parseDuration, durationText } from '../openslo/duration.ts';
import { noteAt, type Finding } from '../openslo/finding.ts';
import { numberAt, textAt, valueAt } from '../openslo/json.ts';
import { duration } from '../openslo/duration.ts';
import { anything, fields, number, oneOf, optional, required } from '../openslo/shape.ts';
import type { Converted, Made } from './converted.ts';
import { slothCrdVersion } from './sloth.ts';

const window = fields({
  errorBudgetPercent: required(number({ above: 0, atMost: 100, say: 'percent above 0 and at most 100' }), '2'),
  shortWindow: required(duration(), 'a duration: 5m'),
  longWindow: required(duration(), 'a duration: 1h'),
});
const pair = fields({ quick: required(window, 'quick'), slow: required(window, 'slow') });

const document = fields({
  apiVersion: required(oneOf([slothCrdVersion]), slothCrdVersion),
  kind: required(oneOf(['AlertWindows']), 'AlertWindows'),
  metadata: optional(anything),
  spec: required(
    fields({
      sloPeriod: required(duration(), 'the window of the objectives: 30d'),
      page: required(pair, 'page'),
      ticket: required(pair, 'ticket'),
    }),
    'a spec',
  ),
});

/**
 * Sloth's AlertWindows (the tiers that all its specs of one period share) as four alert policies with a share of the
 * budget each; an SLO takes them by `alertPolicyRef`.
 */
export const convertAlertWindows = (said: unknown): Converted => {
  const findings: Finding[] = [...document(said, [])];
  if (findings.length > 0) return { documents: [], findings };
  const period = textAt(said, 'spec', 'sloPeriod')!;
  const names: string[] = [];
  const documents = (['page', 'ticket'] as const).flatMap((urgency) =>
    (['quick', 'slow'] as const).map((speed): Made => {
      const name = `sloth-${period.toLowerCase()}-${urgency}-${speed}`;
      names.push(name);
      return { document: policyOf(said, name, urgency, speed), places: [[[], ['spec', urgency, speed]]] };
    }),
  );
  findings.push(
    noteAt(
      ['spec'],
      `becomes the alert policies ${names.join(', ')}; name them in alertPolicies of each SLO of ${period}`,
    ),
  );
  return { documents, findings };
};

const policyOf = (said: unknown, name: string, urgency: 'page' | 'ticket', speed: 'quick' | 'slow'): unknown => {
  const of = valueAt(said, 'spec', urgency, speed);
  const share = numberAt(of, 'errorBudgetPercent')!;
  const long = minutesOf(parseDuration(textAt(of, 'longWindow'))!);
  const period = minutesOf(parseDuration(textAt(said, 'spec', 'sloPeriod'))!);
  return {
    apiVersion: openSloVersion,
    kind: 'AlertPolicy',
    metadata: {
      name,
      annotations: {
        'leadline.dev/budget-share': `${share} %`,
        'leadline.dev/short-window': textAt(of, 'shortWindow'),
        'leadline.dev/imported-from': `${slothCrdVersion} AlertWindows`,
      },
    },
    spec: {
      alertWhenBreaching: true,
      conditions: [
        {
          kind: 'AlertCondition',
          metadata: { name },
          spec: {
            severity: urgency,
            condition: {
              kind: 'burnrate',
              op: 'gte',
              threshold: Number(((share / 100) * (period / long)).toFixed(6)),
              lookbackWindow: durationText(long),
            },
          },
        },
      ],
      notificationTargets: [
        { kind: 'AlertNotificationTarget', metadata: { name: urgency }, spec: { target: urgency } },
      ],
    },
  };
};
