import type { Labels } from '../alert.ts';
import { wireTime } from './alertmanager-wire.ts';

/** One alert as this API shows it, with what holds it back. */
export interface ShownAlert {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Temporal.Instant;
  readonly endsAt: Temporal.Instant;
  readonly updatedAt: Temporal.Instant;
  readonly generatorUrl: string;
  readonly receivers: readonly string[];
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[];
  /** Names of time intervals. */
  readonly mutedBy: readonly string[];
}

export interface ShownGroup {
  readonly labels: Labels;
  readonly receiver: string;
  readonly alerts: readonly ShownAlert[];
}

/** Which alerts are asked for. `unprocessed` is not among them: an alert that is shown has been looked at, as in Alertmanager. */
export interface ShownFlags {
  readonly active: boolean;
  readonly silenced: boolean;
  readonly inhibited: boolean;
}

/** `active` unless something holds it back (api/v2/api.go, `alertFilter`). */
export const stateOf = ({ silencedBy, inhibitedBy, mutedBy }: ShownAlert): 'active' | 'suppressed' =>
  silencedBy.length + inhibitedBy.length + mutedBy.length > 0 ? 'suppressed' : 'active';

export const isAskedFor = (alert: ShownAlert, { active, silenced, inhibited }: ShownFlags): boolean =>
  !(
    (!active && alert.silencedBy.length + alert.inhibitedBy.length === 0) ||
    (!silenced && alert.silencedBy.length > 0) ||
    (!inhibited && alert.inhibitedBy.length > 0)
  );

/** `gettableAlert` of openapi.yaml. */
export const alertOnWire = (alert: ShownAlert): Record<string, unknown> => ({
  annotations: alert.annotations,
  endsAt: wireTime(alert.endsAt),
  fingerprint: alert.fingerprint,
  receivers: alert.receivers.map((name) => ({ name })),
  startsAt: wireTime(alert.startsAt),
  status: {
    inhibitedBy: alert.inhibitedBy,
    mutedBy: alert.mutedBy,
    silencedBy: alert.silencedBy,
    state: stateOf(alert),
  },
  updatedAt: wireTime(alert.updatedAt),
  ...(alert.generatorUrl === '' ? {} : { generatorURL: alert.generatorUrl }),
  labels: alert.labels,
});

/** `alertGroup` of openapi.yaml. */
export const groupOnWire = ({ labels, receiver, alerts }: ShownGroup): Record<string, unknown> => ({
  alerts: alerts.toSorted(byJobAndInstance).map(alertOnWire),
  labels,
  receiver: { name: receiver },
  routeLabels: {},
});

/** By fingerprint, as the list of alerts is. */
export const byFingerprint = (one: ShownAlert, other: ShownAlert): number =>
  compare(one.fingerprint, other.fingerprint);

/** Groups by their labels, then by who is told. */
export const byLabels = (one: ShownGroup, other: ShownGroup): number =>
  compareLabels(one.labels, other.labels) || compare(one.receiver, other.receiver);

/** Alerts of a group: by job, by instance, then by all labels (alert/alert.go, `AlertSlice.Less`). */
const byJobAndInstance = (one: ShownAlert, other: ShownAlert): number => {
  for (const name of ['job', 'instance']) {
    const [left, right] = [one.labels[name], other.labels[name]];
    if (left === right) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return compare(left, right);
  }
  return compareLabels(one.labels, other.labels);
};

/** prometheus/common, `LabelSet.Before`: fewer labels first, then by names and values in their order. */
const compareLabels = (one: Labels, other: Labels): number => {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted(compare);
  const fewer = Object.keys(one).length - Object.keys(other).length;
  if (fewer !== 0) return fewer;
  for (const name of names) {
    const [left, right] = [one[name], other[name]];
    if (left === right) continue;
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return compare(left, right);
  }
  return 0;
};

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
