/** One alert as Prometheus sends it. */
export interface SentAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

/** How often each kind of alert was sent, as a Prometheus means it. */
export interface Sent {
  fresh: number;
  repeated: number;
  resolved: number;
  resolvedAgain: number;
}

/** Life of an alert in turns of its rule's resending: it fires, is sent again each turn, is over, and is said to be over a while longer. */
const turns = { firing: 9, over: 3 } as const;
export const alertsPerRequest = 64;
const rules = 100;
const services = 20;
/** A rule that fires for a service fires for some of its pods: so many alerts are one group. */
const podsPerGroup = 8;
const firingEndsAfterMs = 4 * 60_000;

/**
 * Alerts of many rules at once, turn by turn, as a Prometheus sends them: in each turn a ninth of those that fire is new, the others are
 * sent again with nothing changed but `endsAt`, a ninth is over, and those that were over in the turns before are told again. After
 * `turnsOfBirth` nothing new begins, and it ends when all is over. The same `seed` gives the same alerts, so that two receivers get the
 * same.
 */
export const prometheus = (firing: number, seed: number, turnsOfBirth: number) => {
  const freshPerTurn = Math.max(1, Math.round(firing / turns.firing));
  let turn = 0;
  let born = 0;
  let living: { readonly index: number; readonly bornIn: number; readonly startsAt: string; overAt: string | null }[] =
    [];
  return {
    /** Alerts of the next turn, none where all is over; counts what they are into `sent`. */
    next: (sent: Sent): SentAlert[] => {
      const nowMs = Date.now();
      const now = new Date(nowMs).toISOString();
      const later = new Date(nowMs + firingEndsAfterMs).toISOString();
      for (let each = 0; turn < turnsOfBirth && each < freshPerTurn; each += 1)
        living.push({ index: (born += 1), bornIn: turn, startsAt: now, overAt: null });
      const alerts = living.map((each) => {
        const age = turn - each.bornIn;
        if (age >= turns.firing && each.overAt === null) {
          each.overAt = now;
          sent.resolved += 1;
        } else if (each.overAt !== null) sent.resolvedAgain += 1;
        else if (age === 0) sent.fresh += 1;
        else sent.repeated += 1;
        return alertOf(seed, each.index, each.startsAt, each.overAt ?? later);
      });
      living = living.filter(({ bornIn }) => turn - bornIn < turns.firing + turns.over - 1);
      turn += 1;
      return alerts;
    },
  };
};

/** An alert with eight labels and three annotations, as those of the Kubernetes mixins have. */
export const alertOf = (seed: number, index: number, startsAt: string, endsAt: string): SentAlert => {
  const group = Math.floor(index / podsPerGroup);
  const rule = group % rules;
  const service = `shop/service-${Math.floor(group / rules) % services}`;
  const pod = `service-${seed}-${index}`;
  return {
    labels: {
      alertname: `Rule${rule}`,
      cluster: 'eu-1',
      container: 'server',
      instance: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}:8080`,
      job: 'kubernetes-pods',
      pod,
      service,
      severity: rule % 3 === 0 ? 'critical' : 'warning',
    },
    annotations: {
      summary: `Pod ${pod} of ${service} answers slowly`,
      description: `The 99th percentile of answers of ${pod} has been above 500 ms for ten minutes; the objective is 300 ms.`,
      runbook_url: `https://runbooks.example.org/rule-${rule}`,
    },
    startsAt,
    endsAt,
    generatorURL: `http://prometheus.example.org:9090/graph?g0.expr=rule_${rule}+%3E+0.5&g0.tab=1`,
  };
};

/** Bodies of as many requests as these alerts take. */
export const bodiesOf = (alerts: readonly SentAlert[]): string[] =>
  Array.from({ length: Math.ceil(alerts.length / alertsPerRequest) }, (_, index) =>
    JSON.stringify(alerts.slice(index * alertsPerRequest, (index + 1) * alertsPerRequest)),
  );
