import { isObject, textOf } from './fields.ts';
import { opsgenieLimits, priorityIn, tagsIn, type FieldFaults, type Priority } from './opsgenie.ts';

export const heartbeatUnits = ['minutes', 'hours', 'days'] as const;
type Unit = (typeof heartbeatUnits)[number];

/** A heartbeat as Opsgenie's clients say it. */
export interface OpsgenieHeartbeat {
  readonly name: string;
  readonly description: string;
  readonly interval: number;
  readonly intervalUnit: Unit;
  readonly enabled: boolean;
  readonly ownerTeam: { readonly id?: string; readonly name?: string } | null;
  readonly alertMessage: string;
  readonly alertTags: readonly string[];
  readonly alertPriority: Priority;
}

const secondsIn: Readonly<Record<Unit, number>> = { minutes: 60, hours: 3_600, days: 86_400 };
/** The longest that the module probes watches. */
const secondsMost = 35 * 86_400;
const nameMost = 200;

export const intervalSeconds = ({ interval, intervalUnit }: Pick<OpsgenieHeartbeat, 'interval' | 'intervalUnit'>) =>
  interval * secondsIn[intervalUnit];

export type ReadHeartbeat =
  | { readonly ok: true; readonly said: OpsgenieHeartbeat }
  | { readonly ok: false; readonly errors: FieldFaults };

/** Body of `POST /v2/heartbeats` and, with what was said before, of `PATCH /v2/heartbeats/{name}`. */
export const readOpsgenieHeartbeat = (body: unknown, before: OpsgenieHeartbeat | null): ReadHeartbeat => {
  if (!isObject(body)) return { ok: false, errors: { body: 'should be a JSON object' } };
  const errors: Record<string, string> = {};
  const said = <Value>(name: string, otherwise: Value | undefined, read: (value: unknown) => Value | null): Value => {
    const value = body[name];
    if (value === undefined || value === null) {
      if (otherwise === undefined) errors[name] ??= `${name} can not be empty.`;
      return otherwise as Value;
    }
    const found = read(value);
    if (found === null) errors[name] ??= wrong[name] ?? 'has the wrong type';
    return found as Value;
  };
  const team = (value: unknown): OpsgenieHeartbeat['ownerTeam'] => {
    if (!isObject(value)) return null;
    const [name, id] = [textOf(value['name']), textOf(value['id'])];
    return { ...(name === null ? {} : { name }), ...(id === null ? {} : { id }) };
  };
  const heartbeat: OpsgenieHeartbeat = {
    name: before?.name ?? said('name', undefined, textOf),
    description: said('description', before?.description ?? '', textOf).slice(0, 2_000),
    interval: said('interval', before?.interval, (value) => (isCount(value) ? Number(value) : null)),
    intervalUnit: said(
      'intervalUnit',
      before?.intervalUnit,
      (value) => heartbeatUnits.find((each) => each === value) ?? null,
    ),
    enabled: said('enabled', before?.enabled ?? true, (value) => (typeof value === 'boolean' ? value : null)),
    ownerTeam: said('ownerTeam', before?.ownerTeam ?? null, team),
    alertMessage: said('alertMessage', before?.alertMessage ?? '', textOf).slice(0, opsgenieLimits.message),
    alertTags: body['alertTags'] === undefined ? (before?.alertTags ?? []) : tagsIn(body['alertTags'], errors),
    alertPriority: priorityIn(body['alertPriority'], errors) ?? before?.alertPriority ?? 'P3',
  };
  if (errors['name'] === undefined && heartbeat.name.length > nameMost)
    errors['name'] = `should not be longer than ${nameMost} characters`;
  if (Object.keys(errors).length === 0 && intervalSeconds(heartbeat) > secondsMost)
    errors['interval'] = 'should be at most 35 days';
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, said: heartbeat };
};

const wrong: Readonly<Record<string, string>> = {
  interval: 'should be a whole number, at least 1',
  intervalUnit: `should be one of [ ${heartbeatUnits.join(', ')} ]`,
  enabled: 'should be true or false',
  ownerTeam: 'should be an object with an id or a name',
};

const isCount = (value: unknown): boolean =>
  (typeof value === 'number' || (typeof value === 'string' && /^\d{1,9}$/u.test(value))) &&
  Number.isInteger(Number(value)) &&
  Number(value) >= 1 &&
  Number(value) <= 1_000_000;

/** A name that probes can have, from any; `taken` are those of others. */
export const probeNameFrom = (name: string, taken: (candidate: string) => boolean): string => {
  const base =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/gu, '-')
      .slice(0, 56)
      .replace(/^[._-]+|[._-]+$/gu, '') || 'heartbeat';
  if (!taken(base)) return base;
  for (let number = 2; ; number += 1) if (!taken(`${base}-${number}`)) return `${base}-${number}`;
};
