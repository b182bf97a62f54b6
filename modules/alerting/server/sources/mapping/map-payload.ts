import { Refusal } from '../../../../../kernel/problem.ts';
import { alertsOfMapped } from '../../../domain/sources/mapped.ts';
import type { Parsed } from '../../../domain/sources/parsed.ts';
import type { MappingTried } from '../../../contract/mapping.ts';
import type { MappingFault } from './map-request.ts';
import type { Mapper } from './mapper.ts';

/** Rows of a result that are shown; the rest is only counted by the alerts. */
const shownMax = 100;

/** The alerts that an integration's mapping makes. Throws a Refusal 422 that says what of the mapping is wrong and where. */
export const mapPayload = async (
  mapper: Mapper,
  { owner, expression, payload }: { readonly owner: string; readonly expression: string; readonly payload: string },
): Promise<Parsed> => {
  const mapped = await mapper.map(owner, expression, payload);
  if (!mapped.ok)
    throw new Refusal({
      status: 422,
      code: 'alerting.mapping-failed',
      title: 'The mapping of this integration failed',
      detail: placed(mapped.fault),
    });
  const parsed = alertsOfMapped(mapped.result);
  if (parsed.ok) return parsed;
  const isNothing = mapped.result === null;
  throw new Refusal({
    status: 422,
    code: isNothing ? 'alerting.mapping-matched-nothing' : 'alerting.mapping-made-no-alert',
    title: isNothing
      ? 'The mapping of this integration matched nothing in this payload'
      : 'What the mapping of this integration made is no alert',
    detail: isNothing
      ? 'The payload is kept: change the mapping and play it again.'
      : parsed.faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; '),
    errors: parsed.faults,
  });
};

export const placed = ({ message, line, column }: MappingFault): string =>
  line === null ? message : `line ${line}, column ${column}: ${message}`;

/** What a mapping makes of a sample, for whoever writes it. */
export const triedMapping = async (mapper: Mapper, expression: string, sample: unknown): Promise<MappingTried> => {
  const mapped = await mapper.map('tried', expression, JSON.stringify(sample) ?? 'null');
  if (!mapped.ok) return { ok: false, alerts: [], result: null, fault: { ...mapped.fault, path: null }, notes: [] };
  const result = (mapped.result ?? null) as MappingTried['result'];
  const parsed = alertsOfMapped(mapped.result);
  if (!parsed.ok) {
    const [{ path, message } = { path: '', message: 'It makes no alert.' }] = parsed.faults;
    return { ok: false, alerts: [], result, fault: { message, line: null, column: null, path }, notes: [] };
  }
  const alerts = parsed.alerts.slice(0, shownMax).map((alert) => ({
    ...alert,
    labels: { ...alert.labels },
    annotations: { ...alert.annotations },
    links: [...alert.links],
    startsAt: alert.startsAt?.toString() ?? null,
    endsAt: alert.endsAt?.toString() ?? null,
    by: alert.by ?? null,
  }));
  return { ok: true, alerts, result, fault: null, notes: [...parsed.notes] };
};
