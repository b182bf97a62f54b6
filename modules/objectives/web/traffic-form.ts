import type { ExcludedTraffic } from '../contract/corrections.ts';

/** What the form of excluded traffic holds; an empty field is not said. */
export interface TrafficForm {
  readonly environment: string;
  readonly operation: string;
  readonly key: string;
  readonly op: ExcludedTraffic['attributes'][number]['op'];
  readonly value: string;
}

export const emptyTraffic: TrafficForm = { environment: '', operation: '', key: '', op: '=', value: '' };

/** Traffic as the API takes it. */
export const trafficOf = ({ environment, operation, key, op, value }: TrafficForm): ExcludedTraffic => ({
  environment: environment.trim() || null,
  operation: operation.trim() || null,
  attributes: key.trim() === '' ? [] : [{ key: key.trim(), op, value }],
});

/** `POST /pay in staging with load.test = true`. */
export const trafficWords = ({ environment, operation, attributes }: ExcludedTraffic): string =>
  [
    operation ?? 'requests',
    ...(environment === null ? [] : [`in ${environment}`]),
    ...(attributes.length === 0
      ? []
      : [`with ${attributes.map(({ key, op, value }) => `${key} ${op} ${value}`).join(' and ')}`]),
  ].join(' ');
