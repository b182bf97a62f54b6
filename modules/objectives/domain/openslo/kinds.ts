export const openSloVersion = 'openslo/v1';
export const openSloKinds = [
  'Service',
  'DataSource',
  'AlertNotificationTarget',
  'AlertCondition',
  'AlertPolicy',
  'SLI',
  'SLO',
] as const;
export type OpenSloKind = (typeof openSloKinds)[number];

/** One document of OpenSLO v1, as it was said. */
export interface OpenSloDocument {
  readonly apiVersion: typeof openSloVersion;
  readonly kind: OpenSloKind;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly spec: Readonly<Record<string, unknown>>;
}
