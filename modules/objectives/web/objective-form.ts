import type { AttributeFilter } from '../domain/indicator.ts';
import type { BudgetingMethod } from '../domain/objective.ts';

/** What a person fills in; every field is text or a choice, so that it can be half written. */
export interface ObjectiveForm {
  displayName: string;
  name: string;
  description: string;
  service: string;
  environment: string;
  operation: string;
  about: 'availability' | 'latency';
  withinMs: number | null;
  /** For latency: a request that fails is bad, however fast. */
  failedIsBad: boolean;
  where: { key: string; op: AttributeFilter['op']; value: string }[];
  targetPpm: number;
  windowKind: 'rolling' | 'calendar';
  days: number | null;
  unit: 'week' | 'month' | 'quarter' | 'year';
  zone: string;
  method: BudgetingMethod;
  sliceMinutes: number | null;
  sliceTargetPercent: number | null;
  owner: string;
  goal: string;
  money: number | null;
  currency: string;
  reviewOn: string;
  alerts: 'default' | 'page' | 'ticket' | 'off';
  badEventsMin: number | null;
}

export const emptyForm = (zone: string): ObjectiveForm => ({
  displayName: '',
  name: '',
  description: '',
  service: '',
  environment: '',
  operation: '',
  about: 'availability',
  withinMs: 300,
  failedIsBad: false,
  where: [],
  targetPpm: 995_000,
  windowKind: 'rolling',
  days: 28,
  unit: 'month',
  zone,
  method: 'Occurrences',
  sliceMinutes: 1,
  sliceTargetPercent: 95,
  owner: '',
  goal: '',
  money: null,
  currency: 'EUR',
  reviewOn: '',
  alerts: 'default',
  badEventsMin: null,
});

type Json = Record<string, unknown>;
const prefix = 'leadline.dev/';
/** Calendar periods begin on the wall clock of a Monday and of a first of January. */
const startOf = { week: '2024-01-01', month: '2024-01-01', quarter: '2024-01-01', year: '2024-01-01' } as const;
const letterOf = { week: 'w', month: 'M', quarter: 'Q', year: 'Y' } as const;

/** The OpenSLO v1 document that a form says; what is not filled in is not said. */
export const documentOf = (form: ObjectiveForm): Json => ({
  apiVersion: 'openslo/v1',
  kind: 'SLO',
  metadata: said({
    name: form.name,
    displayName: form.displayName,
    annotations: annotationsOf(form),
  }),
  spec: said({
    description: form.description,
    service: labelOf(form.service),
    indicator: {
      metadata: { name: `${form.name || 'new'}-indicator`.slice(0, 63) },
      spec: { ratioMetric: ratioOf(form) },
    },
    timeWindow: [windowOf(form)],
    budgetingMethod: form.method,
    objectives: [objectiveOf(form)],
  }),
});

/** Names in the catalog may have a slash, names in OpenSLO may not; the true name stands in the indicator. */
const labelOf = (service: string): string =>
  service
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63);

const ratioOf = (form: ObjectiveForm): Json => {
  const spans = said({
    service: form.service,
    operation: form.operation,
    where: form.where
      .filter(({ key }) => key.trim() !== '')
      .map(({ key, op, value }) => ({ key: key.trim(), op, value })),
  });
  const source = (part: Json): Json => ({ metricSource: { type: 'leadline', spec: { spans: part } } });
  return form.about === 'availability'
    ? { counter: true, bad: source({ ...spans, status: 'error' }), total: source(spans) }
    : {
        counter: true,
        good: source({ ...spans, ...(form.failedIsBad ? { status: 'ok' } : {}), ...said({ withinMs: form.withinMs }) }),
        total: source(spans),
      };
};

const windowOf = (form: ObjectiveForm): Json =>
  form.windowKind === 'rolling'
    ? { ...said({ duration: form.days === null ? null : `${form.days}d` }), isRolling: true }
    : {
        duration: `1${letterOf[form.unit]}`,
        isRolling: false,
        calendar: { startTime: `${startOf[form.unit]} 00:00:00`, timeZone: form.zone },
      };

const objectiveOf = (form: ObjectiveForm): Json => ({
  target: form.targetPpm / 1_000_000,
  ...(form.method === 'Timeslices'
    ? said({ timeSliceTarget: form.sliceTargetPercent === null ? null : form.sliceTargetPercent / 100 })
    : {}),
  ...(form.method === 'Occurrences'
    ? {}
    : said({ timeSliceWindow: form.sliceMinutes === null ? null : `${form.sliceMinutes}m` })),
});

const annotationsOf = (form: ObjectiveForm): Json =>
  said({
    [`${prefix}environment`]: form.environment,
    [`${prefix}owner`]: form.owner,
    [`${prefix}goal`]: form.goal,
    [`${prefix}money-per-percent`]: form.money === null ? '' : `${form.money} ${form.currency}`,
    [`${prefix}review-on`]: form.reviewOn,
    [`${prefix}alerts`]: form.alerts === 'default' ? '' : form.alerts,
    [`${prefix}bad-events-min`]: form.badEventsMin === null ? '' : String(form.badEventsMin),
  });

/** Without what is empty: '', null, no list, no field. */
const said = (fields: Json): Json =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== null &&
        value !== '' &&
        !(Array.isArray(value) && value.length === 0) &&
        !(typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0),
    ),
  );
