import type { Severity } from '../alert.ts';
import type { Judged } from './judged-labels.ts';

/** Who calls whom: of each service those that it uses. From the catalog, and from what telemetry saw. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** What is suppressed because what it stands on is down. */
export interface ParentSettings {
  readonly enabled: boolean;
  /** An alert of this severity or worse on a service says that the service is down. */
  readonly downFrom: Severity;
  /** How many steps along the service map are followed. */
  readonly stepsMax: number;
  /** Nobody is spared longer than this by the same outage: what still fires then is told. */
  readonly holdSecondsMax: number;
}

export const parentDefaults: ParentSettings = {
  enabled: true,
  downFrom: 'critical',
  stepsMax: 3,
  holdSecondsMax: 3_600,
};

export interface ParentDown {
  /** The services that are down, the nearest first. */
  readonly services: readonly string[];
  /** Alerts that say so. */
  readonly by: readonly string[];
  /** Then it is told whatever still fires. */
  readonly until: Temporal.Instant;
  readonly reason: string;
}

/** No more services than this are looked at for one alert. */
const servicesMax = 1_000;
const namedMax = 5;
const severityRank: Readonly<Record<Severity, number>> = { critical: 3, error: 2, warning: 1, info: 0 };

/**
 * Whether what an alert's service stands on is down: an alert that is grave enough fires on a service that it uses, directly or over
 * others. Services that use each other never hold each other back, because then nobody would be told: what stands on the alert's
 * own service is no parent of it. Null: nothing is down.
 */
export const parentDown = (
  dependencies: Dependencies,
  alert: Judged,
  {
    firing,
    at,
    settings = parentDefaults,
  }: {
    readonly firing: Iterable<Judged>;
    readonly at: Temporal.Instant;
    readonly settings?: ParentSettings;
  },
): ParentDown | null => {
  if (!settings.enabled || alert.service === null || !dependencies.has(alert.service)) return null;
  const parents = parentsOf(dependencies, alert.service, settings.stepsMax);
  const down = new Map<string, { readonly steps: number; readonly alerts: Judged[] }>();
  for (const each of firing) {
    const path = each.service === null || each.id === alert.id ? undefined : parents.get(each.service);
    if (path === undefined || severityRank[each.severity] < severityRank[settings.downFrom]) continue;
    const until = each.startsAt.add({ seconds: settings.holdSecondsMax });
    if (Temporal.Instant.compare(until, at) <= 0) continue;
    const known = down.get(each.service!) ?? { steps: path.length, alerts: [] };
    known.alerts.push(each);
    down.set(each.service!, known);
  }
  // Only now, because it costs more: what is down because of this service, over however many steps, is no excuse for it.
  const services = [...down.entries()]
    .filter(([service]) => !standsOn(dependencies, service, alert.service!))
    .toSorted(([one, a], [other, b]) => a.steps - b.steps || (one < other ? -1 : 1));
  if (services.length === 0) return null;
  const alerts = services.flatMap(([, { alerts: of }]) => of);
  const until = alerts
    .map(({ startsAt }) => startsAt.add({ seconds: settings.holdSecondsMax }))
    .reduce((a, b) => (Temporal.Instant.compare(a, b) < 0 ? b : a));
  const nearest = services[0]![0];
  const path = parents.get(nearest)!;
  const reason = `${alert.service} uses ${path.join(', which uses ')}, which is down: ${alerts[0]!.labels['alertname'] ?? 'an alert'} fires there since ${alerts[0]!.startsAt.round('second').toString()}`;
  return {
    services: services.slice(0, namedMax).map(([service]) => service),
    by: alerts.slice(0, 20).map(({ id }) => id),
    until,
    reason,
  };
};

/** Whether `service` uses `other`, over however many others; true where the map is too large to say, so that it is told. */
const standsOn = (dependencies: Dependencies, service: string, other: string): boolean => {
  const parents = parentsOf(dependencies, service, servicesMax);
  return parents.has(other) || parents.size >= servicesMax;
};

/** Services that `service` uses, each with the way there, at most `stepsMax` long. */
const parentsOf = (
  dependencies: Dependencies,
  service: string,
  stepsMax: number,
): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, readonly string[]>();
  let edge: { readonly name: string; readonly path: readonly string[] }[] = [{ name: service, path: [] }];
  for (let step = 0; step < stepsMax && edge.length > 0; step++) {
    const next: typeof edge = [];
    for (const { name, path } of edge)
      for (const used of dependencies.get(name) ?? []) {
        if (used === service || found.has(used) || found.size >= servicesMax) continue;
        found.set(used, [...path, used]);
        next.push({ name: used, path: [...path, used] });
      }
    edge = next;
  }
  return found;
};
