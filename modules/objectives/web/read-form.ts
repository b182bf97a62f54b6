import type { AttributeFilter } from '../domain/indicator.ts';
import { canonicalText } from '../domain/canonical-indicator.ts';
import { listAt, numberAt, textAt, valueAt } from '../domain/openslo/json.ts';
import { documentOf, emptyForm, type ObjectiveForm } from './objective-form.ts';

const annotation = (document: unknown, name: string): string =>
  textAt(document, 'metadata', 'annotations', `leadline.dev/${name}`) ?? '';

/**
 * The form that says exactly this document; null where the form cannot (a composite, another source, labels, policies of
 * its own): nothing of a document is lost by opening it. Whether it can is found by writing it again.
 */
export const formOf = (document: unknown, zone: string): ObjectiveForm | null => {
  const form = readForm(document, zone);
  return canonicalText(essential(documentOf(form))) === canonicalText(essential(document)) ? form : null;
};

/** Without what means the same in other words: where the indicator's own name differs, nothing does. */
const essential = (document: unknown): unknown => {
  const spec = valueAt(document, 'spec');
  if (typeof spec !== 'object' || spec === null) return document;
  const ratio = valueAt(spec, 'indicator', 'spec');
  const window = listAt(spec, 'timeWindow').map((each) => ({ isRolling: false, ...(each as object) }));
  return {
    ...(document as object),
    metadata: { ...(valueAt(document, 'metadata') as object | null), name: textAt(document, 'metadata', 'name') },
    spec: {
      ...spec,
      service: '',
      indicator: ratio,
      timeWindow: window.map(weeksAsDays),
      objectives: listAt(spec, 'objectives').map(ofMillion),
    },
  };
};

const weeksAsDays = (window: object): object => {
  const rolling = valueAt(window, 'isRolling') === true;
  const weeks = /^(\d+)w$/.exec(textAt(window, 'duration') ?? '');
  return rolling && weeks ? { ...window, duration: `${Number(weeks[1]) * 7}d` } : window;
};

const ofMillion = (objective: unknown): unknown => {
  const percent = numberAt(objective, 'targetPercent');
  if (percent === null) return objective;
  const { targetPercent: _, ...rest } = objective as { targetPercent: number };
  return { ...rest, target: Math.round(percent * 10_000) / 1_000_000 };
};

const readForm = (document: unknown, zone: string): ObjectiveForm => {
  const spec = valueAt(document, 'spec');
  const ratio = valueAt(spec, 'indicator', 'spec', 'ratioMetric');
  const objective = ofMillion(listAt(spec, 'objectives')[0]);
  const good = valueAt(ratio, 'good', 'metricSource', 'spec', 'spans');
  const total = valueAt(ratio, 'total', 'metricSource', 'spec', 'spans');
  const money = /^(\d+(?:\.\d+)?) ([A-Z]{3})$/.exec(annotation(document, 'money-per-percent'));
  const slice = valueAt(objective, 'timeSliceWindow');
  const sliceTarget = numberAt(objective, 'timeSliceTarget');
  const badEvents = Number(annotation(document, 'bad-events-min'));
  return {
    ...emptyForm(zone),
    ...windowFields(listAt(spec, 'timeWindow')[0]),
    displayName: textAt(document, 'metadata', 'displayName') ?? '',
    name: textAt(document, 'metadata', 'name') ?? '',
    description: textAt(spec, 'description') ?? '',
    service: textAt(total, 'service') ?? '',
    operation: textAt(total, 'operation') ?? '',
    environment: annotation(document, 'environment'),
    about: good === null ? 'availability' : 'latency',
    withinMs: numberAt(good, 'withinMs'),
    failedIsBad: textAt(good, 'status') === 'ok',
    where: listAt(total, 'where').map((each) => ({
      key: textAt(each, 'key') ?? '',
      op: (textAt(each, 'op') ?? '=') as AttributeFilter['op'],
      value: String(valueAt(each, 'value') ?? ''),
    })),
    targetPpm: Math.round((numberAt(objective, 'target') ?? 0) * 1_000_000),
    method: (textAt(spec, 'budgetingMethod') ?? 'Occurrences') as ObjectiveForm['method'],
    sliceMinutes: typeof slice === 'number' ? slice : Number.parseInt(String(slice ?? '1m'), 10) || null,
    sliceTargetPercent: sliceTarget === null ? 95 : Math.round(sliceTarget * 10_000) / 100,
    owner: annotation(document, 'owner'),
    goal: annotation(document, 'goal'),
    money: money ? Number(money[1]) : null,
    currency: money?.[2] ?? 'EUR',
    reviewOn: annotation(document, 'review-on'),
    alerts: (annotation(document, 'alerts') || 'default') as ObjectiveForm['alerts'],
    badEventsMin: badEvents > 0 ? badEvents : null,
  };
};

const units = { w: 'week', M: 'month', Q: 'quarter', Y: 'year' } as const;

const windowFields = (window: unknown): Partial<ObjectiveForm> => {
  const [, count, letter] = /^(\d+)([dwMQY])$/.exec(textAt(window, 'duration') ?? '') ?? [];
  if (valueAt(window, 'isRolling') === true)
    return { windowKind: 'rolling', days: Number(count) * (letter === 'w' ? 7 : 1) || null };
  const zone = textAt(window, 'calendar', 'timeZone');
  const unit = letter && letter in units ? units[letter as keyof typeof units] : 'month';
  return { windowKind: 'calendar', unit, ...(zone ? { zone } : {}) };
};
