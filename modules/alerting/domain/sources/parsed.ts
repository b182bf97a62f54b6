import type { IncomingAlert } from '../alert.ts';

/** Something in a payload that is not as it must be; `path` as in the payload: `alerts[3].labels`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * What a payload says. Alerts that can be read are taken although a neighbour cannot: nobody sends a payload again that was
 * refused. `notes` is what was wrong with the rest, in sentences. Without one alert there are only faults.
 */
export type Parsed =
  | { readonly ok: true; readonly alerts: readonly IncomingAlert[]; readonly notes: readonly string[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** A payload (JSON that was parsed) as alerts. Pure: `settings` are those of the integration. */
export type Parse = (payload: unknown, settings: Readonly<Record<string, unknown>>) => Parsed;

/** Most alerts of one payload. */
export const payloadAlertsMax = 20_000;
/** Most faults that are named to a sender. */
const faultsMax = 20;

export const refusedFor = (path: string, message: string): Parsed => ({ ok: false, faults: [{ path, message }] });

/** Only alerts. */
export const parsedAs = (...alerts: readonly IncomingAlert[]): Parsed => ({ ok: true, alerts, notes: [] });

/** Puts together what single entries of a payload gave. */
export const together = (entries: readonly (IncomingAlert | Fault)[]): Parsed => {
  const alerts: IncomingAlert[] = [];
  const faults: Fault[] = [];
  for (const entry of entries) {
    if ('dedupKey' in entry) alerts.push(entry);
    else faults.push(entry);
  }
  if (alerts.length === 0 && faults.length > 0) return { ok: false, faults: faults.slice(0, faultsMax) };
  return { ok: true, alerts, notes: faults.slice(0, faultsMax).map(({ path, message }) => `${path}: ${message}`) };
};
