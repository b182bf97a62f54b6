import type { Labels } from './alert.ts';

/** One alert as a webhook tells it. */
export interface ToldAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: Temporal.Instant;
  /** Null while nobody knows when it ends. */
  readonly endsAt: Temporal.Instant | null;
  readonly generatorURL: string;
  readonly fingerprint: string;
}

export interface ToldGroup {
  readonly receiver: string;
  readonly groupKey: string;
  readonly groupLabels: Labels;
  readonly externalURL: string;
  readonly alerts: readonly ToldAlert[];
  /** Alerts of the group that are not in `alerts` because there were too many. */
  readonly truncated: number;
}

/** What Go writes for no time at all. */
const noTime = '0001-01-01T00:00:00Z';

/**
 * Body of Alertmanager's webhook, version 4 (prometheus/alertmanager, notify/webhook: Message with template.Data). What receivers of
 * Alertmanager's read, they read here.
 */
export const alertmanagerBody = (group: ToldGroup): Record<string, unknown> => {
  const { receiver, groupKey, groupLabels, externalURL, alerts, truncated } = group;
  return {
    receiver,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts: alerts.map(({ startsAt, endsAt, ...each }) => ({
      status: each.status,
      labels: each.labels,
      annotations: each.annotations,
      startsAt: startsAt.toString(),
      // A firing alert has no end yet, whatever its sender guesses.
      endsAt: each.status === 'resolved' && endsAt !== null ? endsAt.toString() : noTime,
      generatorURL: each.generatorURL,
      fingerprint: each.fingerprint,
    })),
    groupLabels,
    commonLabels: common(alerts.map(({ labels }) => labels)),
    commonAnnotations: common(alerts.map(({ annotations }) => annotations)),
    externalURL,
    version: '4',
    groupKey,
    truncatedAlerts: truncated,
  };
};

/** Pairs that all of them have. */
export const common = (all: readonly Labels[]): Labels => {
  const [first, ...others] = all;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((each) => each[name] === value)),
  );
};
