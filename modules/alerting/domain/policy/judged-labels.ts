import { urgencyOf, type JudgedAlert, type Labels } from '../alert.ts';

/** Facts that can be matched like labels where the alert does not bear a label of that name itself. */
export const factNames = ['integration', 'service', 'severity', 'team', 'tier', 'urgency'] as const;

export type Judged = Pick<
  JudgedAlert,
  'id' | 'fingerprint' | 'labels' | 'severity' | 'service' | 'team' | 'tier' | 'startsAt'
> & { readonly integration: Pick<JudgedAlert['integration'], 'name'> };

/**
 * What routes, silences and inhibitions match: the alert's labels, and what is known of it beside them. A label that the alert bears
 * is never overruled: who sends `team="search"` means it. Remembered with the alert, because each of them asks for it.
 */
export const judgedLabels = (alert: Judged): Labels => {
  const known = remembered.get(alert);
  if (known) return known;
  const found = merged(alert);
  remembered.set(alert, found);
  return found;
};

const remembered = new WeakMap<Judged, Labels>();

const merged = ({ integration, labels, service, severity, team, tier }: Judged): Labels => {
  const found: Record<string, string> = { ...labels };
  const fill = (name: (typeof factNames)[number], value: string | null): void => {
    if (value !== null && !found[name]) found[name] = value;
  };
  fill('integration', integration.name);
  fill('service', service);
  fill('severity', severity);
  fill('team', team);
  fill('tier', tier);
  fill('urgency', urgencyOf(severity));
  return found;
};
