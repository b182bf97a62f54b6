import type { ObjectiveForm } from './objective-form.ts';

export type Faults = Partial<Record<keyof ObjectiveForm, string>>;

/** Which field of the form a place of the document comes from; the first that fits, from the narrowest. */
const places: readonly (readonly [RegExp, keyof ObjectiveForm])[] = [
  [/metadata\.displayName$/, 'displayName'],
  [/^(body\.)?metadata\.name$|indicator\.metadata\.name$/, 'name'],
  [/annotations\.leadline\.dev\/environment$|spans\.environment$/, 'environment'],
  [/annotations\.leadline\.dev\/owner$/, 'owner'],
  [/annotations\.leadline\.dev\/goal$/, 'goal'],
  [/annotations\.leadline\.dev\/money-per-percent$/, 'money'],
  [/annotations\.leadline\.dev\/review-on$/, 'reviewOn'],
  [/annotations\.leadline\.dev\/alerts$/, 'alerts'],
  [/annotations\.leadline\.dev\/bad-events-min$/, 'badEventsMin'],
  [/spans\.operation$/, 'operation'],
  [/spans\.withinMs$/, 'withinMs'],
  [/spans\.where/, 'where'],
  [/spans(\.service)?$|spec\.service$/, 'service'],
  [/timeSliceTarget$/, 'sliceTargetPercent'],
  [/timeSliceWindow$/, 'sliceMinutes'],
  [/timeWindow\.0\.calendar\.timeZone$/, 'zone'],
  [/timeWindow/, 'days'],
  [/budgetingMethod$/, 'method'],
  [/objectives\.0(\.target)?$/, 'targetPpm'],
  [/spec\.description$/, 'description'],
];

/** What the server refused, at the fields of the form; `rest` is what no field of the form says. */
export const faultsOf = (
  errors: readonly { readonly path: string; readonly message: string }[],
): { readonly faults: Faults; readonly rest: readonly { readonly path: string; readonly message: string }[] } => {
  const faults: Faults = {};
  const rest: { path: string; message: string }[] = [];
  for (const { path, message } of errors) {
    const field = places.find(([place]) => place.test(path))?.[1];
    if (field === undefined) rest.push({ path: path.replace(/^body\./, ''), message });
    else faults[field] ??= sentence(message);
  }
  return { faults, rest };
};

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;

/** What a person is told before anything is sent: what must be there. */
export const missingOf = (form: ObjectiveForm): Faults => ({
  ...(form.displayName.trim() === '' ? { displayName: 'Say what is promised, in a few words.' } : {}),
  ...(form.name.trim() === '' ? { name: 'Give it a name for files and addresses.' } : {}),
  ...(form.service.trim() === '' ? { service: 'Choose the service whose requests are counted.' } : {}),
  ...(form.about === 'latency' && !(form.withinMs !== null && form.withinMs > 0)
    ? { withinMs: 'Say within how many milliseconds.' }
    : {}),
  ...(form.windowKind === 'rolling' && !(form.days !== null && form.days > 0) ? { days: 'Say how many days.' } : {}),
});
