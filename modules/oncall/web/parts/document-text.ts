import { yamlText } from '../../../../ui/format/yaml-text.ts';
import type { Policy } from '../../contract/policies.ts';
import type { ScheduleAnswer } from '../../contract/schedules.ts';

/** What a document need not say: null, empty texts, empty lists and mappings. */
const isUnsaid = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);

/** Defaults of the contracts that would only make a document longer. */
const defaults: Readonly<Record<string, unknown>> = {
  roundRobin: false,
  tellResolved: false,
  repeat: 0,
  lowUrgency: 'working-hours',
  advance: 'handoff',
  whenAway: 'next',
  handover: 'turn-end',
};

/** The value without what is said by leaving it out; buffers (null in a list of people) stay. */
export const shortOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shortOf);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, shortOf(inner)] as const)
    .filter(([key, inner]) => !isUnsaid(inner) && defaults[key] !== inner);
  return Object.fromEntries(entries);
};

const document = (kind: string, name: string, spec: unknown): string =>
  yamlText({ apiVersion: 'leadline.dev/v1', kind, metadata: { name }, spec: shortOf(spec) }).trimEnd();

/** The schedule as code: applied, it changes nothing. */
export const scheduleText = ({ name, spec }: Pick<ScheduleAnswer, 'name' | 'spec'>): string =>
  document('Schedule', name, spec);

/** The policy as code: applied, it changes nothing. */
export const policyText = ({ name, spec }: Pick<Policy, 'name' | 'spec'>): string =>
  document('EscalationPolicy', name, spec);
