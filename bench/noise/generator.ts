import { aCompany, type Company } from './company.ts';
import { firingsOf, type Firing, type Temper } from './firings.ts';
import { createDice, type Dice } from './random.ts';

/**
 * Months of a company's alerts, the same for a seed, with what is wrong planted and known. What the truth means:
 * - **flapping**: it keeps going on and off: again and again there are stretches in which it fires many times within hours, with
 *   minutes of rest between. A burst within one or two real incidents, or one firing a day, is no flapping.
 * - **duplicates**: two that tell of one cause: of one service, and in nearly all of their firings (both ways) the other fires
 *   within minutes. What fires together now and then, only one way (a cascade), or by the same hour of two services, is none.
 * - **unactionable**: it came at least eight times (firings less than an hour apart are one time), resolved by itself, and
 *   practically nobody ever acted: an acknowledgement by reflex with nothing after it is no act. What came less often cannot be judged.
 * - **ownerless**: nobody owns it now, that is in its newest firings; an owner of earlier times is none, a later one is.
 * One alert may be several of these.
 */
export interface NoiseMonths {
  readonly alerts: readonly NoiseAlert[];
  /** By fingerprint. Pairs are in the order of their fingerprints. */
  readonly truth: {
    readonly flapping: readonly string[];
    readonly duplicates: readonly (readonly [string, string])[];
    readonly unactionable: readonly string[];
    readonly ownerless: readonly string[];
  };
}

export interface NoiseAlert {
  readonly id: string;
  readonly integration: string;
  readonly fingerprint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly service: string | null;
  readonly owner: string | null;
  readonly severity: 'critical' | 'error' | 'warning' | 'info';
  readonly startsAt: string;
  readonly endsAt: string;
  readonly notified: boolean;
  readonly acknowledgedAt: string | null;
  readonly acknowledgedBy: string | null;
  /** What people did: notes, deployments linked, page worked on. */
  readonly actions: number;
  /** What who was told answered to "was this useful?"; null where nobody answered. */
  readonly useful: boolean | null;
}

export type NoiseLevel = 'low' | 'medium' | 'high';

export interface NoiseQuestion {
  readonly seed: number;
  readonly level: NoiseLevel;
  readonly months?: number;
  /** The end of the months; they begin `months` times 30 days before. */
  readonly until?: string;
}

const dayMs = 86_400_000;
/** How much chance blurs what is planted, and how many of each there are. */
const levels: Readonly<Record<NoiseLevel, Temper & { readonly planted: number; readonly ordinary: number }>> = {
  low: { blur: 0.2, planted: 6, ordinary: 90 },
  medium: { blur: 0.6, planted: 9, ordinary: 140 },
  high: { blur: 1, planted: 12, ordinary: 190 },
};

/** What one alert (a fingerprint) is like over the months. */
interface Plan {
  readonly nature: Firing['nature'];
  readonly service: string | null;
  readonly owner: string | null;
  /** Owner before this share of the months has gone by; undefined where it was always the same. */
  readonly before?: { readonly owner: string | null; readonly until: number };
  readonly integration: string;
  readonly name: string;
  /** Number of the plan that this one follows: a duplicate or a cascade. */
  readonly follows?: number;
}

/** Makes the months. The same question gives the same answer, whatever the clock and the machine. */
export const noiseMonths = ({
  seed,
  level,
  months = 3,
  until = '2026-11-01T00:00:00Z',
}: NoiseQuestion): NoiseMonths => {
  const dice = createDice(seed);
  const temper = levels[level];
  const company = aCompany(dice.apart('company'));
  const plans = plansOf(company, dice.apart('plans'), temper);
  const end = Date.parse(until);
  const stretch = { from: end - months * 30 * dayMs, to: end };
  const firings: Firing[][] = [];
  for (const [index, { nature, follows }] of plans.entries())
    firings.push(
      firingsOf(nature, {
        dice: dice.apart(`firings ${index}`),
        stretch,
        temper,
        first: follows === undefined ? [] : firings[follows]!,
      }),
    );
  const prints = plans.map((plan, index) => fingerprintOf(labelsOf(plan, index)));
  const alerts = plans.flatMap((plan, index) =>
    firings[index]!.map((firing, place) =>
      alertOf(plan, firing, {
        id: `${index}-${place}`,
        fingerprint: prints[index]!,
        labels: labelsOf(plan, index),
        company,
        dice: dice.apart(`people ${index} ${place}`),
        passed: (firing.from - stretch.from) / (stretch.to - stretch.from),
      }),
    ),
  );
  return {
    alerts: alerts.toSorted((a, b) => (a.startsAt < b.startsAt ? -1 : a.startsAt > b.startsAt ? 1 : 0)),
    truth: { ...truthOf(plans, prints, firings), ownerless: ownerlessOf(alerts) },
  };
};

const names = ['Latency', 'Errors', 'Queue', 'Disk', 'Memory', 'Replicas', 'Certificate', 'Lag', 'Restarts', 'Threads'];

const plansOf = (
  company: Company,
  dice: Dice,
  { planted, ordinary }: { planted: number; ordinary: number },
): Plan[] => {
  const plans: Plan[] = [];
  const add = (nature: Plan['nature'], more: Partial<Plan> = {}): number => {
    // Two that run by the hour are never of one service: at the same hour they would tell of one cause as far as anybody can see.
    const byTheHour = plans.filter((plan) => plan.nature.startsWith('batch')).length;
    const { name, owner } = nature.startsWith('batch')
      ? company.services[byTheHour % company.services.length]!
      : dice.pick(company.services);
    const integration = dice.pick(company.integrations);
    plans.push({ nature, service: name, owner, integration, name: dice.pick(names), ...more });
    return plans.length - 1;
  };
  const like = (index: number): Pick<Plan, 'service' | 'owner'> => ({
    service: plans[index]!.service,
    owner: plans[index]!.owner,
  });
  const times = (count: number, each: (index: number) => void): void => {
    for (let index = 0; index < count; index++) each(index);
  };
  times(planted, (index) => add(index % 2 === 0 ? 'flapping-acted' : 'flapping-ignored'));
  times(planted, (index) => add(index % 3 === 0 ? 'batch-ignored' : 'ignored'));
  times(planted, (index) => {
    const first = add(index % 4 === 0 ? 'incidents-seldom' : 'incidents');
    // From another integration, or another rule of the same one.
    const others = company.integrations.filter((each) => each !== plans[first]!.integration);
    const integration = index % 2 === 0 ? dice.pick(others) : plans[first]!.integration;
    add('twin', { ...like(first), integration, follows: first });
    if (index % 5 === 4) add('twin', { ...like(first), follows: first });
  });
  times(planted, (index) => {
    if (index % 3 === 0) add('incidents', { service: null, owner: null });
    else if (index % 3 === 1) add('incidents', { owner: null });
    // The team is gone.
    else add('slow', { owner: null, before: { owner: 'core', until: dice.between(0.3, 0.6) } });
  });
  times(Math.ceil(planted / 2), () => {
    add('incidents', { before: { owner: null, until: dice.between(0.2, 0.5) } });
    add('incidents', { service: null });
  });
  times(planted, () => {
    add('batch-acted');
    add('once');
    add('burst');
    add('slow');
    const first = add('incidents');
    add('cascade', { ...like(first), follows: first });
    add('company-wide', { ...like(first), follows: first });
  });
  times(ordinary, () => add(dice.chance(0.2) ? 'slow' : dice.chance(0.2) ? 'incidents-seldom' : 'incidents'));
  return plans;
};

const truthOf = (
  plans: readonly Plan[],
  prints: readonly string[],
  firings: readonly (readonly Firing[])[],
): Omit<NoiseMonths['truth'], 'ownerless'> => {
  const where = (holds: (plan: Plan) => boolean): string[] =>
    plans.flatMap((plan, index) => (holds(plan) && firings[index]!.length > 0 ? [prints[index]!] : [])).toSorted();
  const twins = plans.flatMap(({ nature, follows }, index) =>
    nature === 'twin' && firings[index]!.length > 0 ? [{ index, follows: follows! }] : [],
  );
  const pairs = twins.flatMap(({ index, follows }) => [
    [index, follows] as const,
    ...twins
      .filter((other) => other.follows === follows && other.index < index)
      .map((other) => [index, other.index] as const),
  ]);
  return {
    flapping: where(({ nature }) => nature.startsWith('flapping')),
    unactionable: where(({ nature }) => nature.endsWith('ignored')),
    duplicates: pairs
      .map(([one, other]) => [prints[one]!, prints[other]!].toSorted() as unknown as readonly [string, string])
      .toSorted(([a, b], [c, d]) => (`${a} ${b}` < `${c} ${d}` ? -1 : 1)),
  };
};

/** What nobody owns in its newest firing: as it is, because an owner may have come or gone. */
const ownerlessOf = (alerts: readonly NoiseAlert[]): string[] => {
  const newest = new Map<string, NoiseAlert>();
  for (const alert of alerts) {
    const known = newest.get(alert.fingerprint);
    if (!known || alert.startsAt > known.startsAt) newest.set(alert.fingerprint, alert);
  }
  return [...newest.values()].flatMap(({ fingerprint, owner }) => (owner === null ? [fingerprint] : [])).toSorted();
};

const labelsOf = ({ name, service, integration }: Plan, index: number): Record<string, string> => ({
  alertname: `${name}${index}`,
  integration,
  ...(service === null ? {} : { service }),
});

const severities = ['critical', 'error', 'warning', 'info'] as const;

const alertOf = (
  plan: Plan,
  firing: Firing,
  known: {
    readonly id: string;
    readonly fingerprint: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly company: Company;
    readonly dice: Dice;
    readonly passed: number;
  },
): NoiseAlert => {
  const { id, fingerprint, labels, company, dice } = known;
  const owner = plan.before && known.passed < plan.before.until ? plan.before.owner : plan.owner;
  const { people } = company.teams.find(({ name }) => name === (owner ?? 'core'))!;
  const iso = (ms: number): string => new Date(Math.round(ms / 1_000) * 1_000).toISOString();
  return {
    id,
    integration: plan.integration,
    fingerprint,
    labels,
    service: plan.service,
    owner,
    severity: severities[parseInt(fingerprint.slice(0, 2), 16) % severities.length]!,
    startsAt: iso(firing.from),
    endsAt: iso(firing.to),
    notified: firing.notified,
    acknowledgedAt: firing.acknowledged === null ? null : iso(firing.acknowledged),
    acknowledgedBy: firing.acknowledged === null ? null : dice.pick(people),
    actions: firing.actions,
    useful: firing.useful,
  };
};

/** FNV-1a of 64 bits over the sorted labels, as Prometheus's LabelSet.Fingerprint has it. */
const fingerprintOf = (labels: Readonly<Record<string, string>>): string => {
  let hash = 0xcbf29ce484222325n;
  const feed = (bytes: Iterable<number>): void => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  };
  for (const name of Object.keys(labels).toSorted()) {
    feed(new TextEncoder().encode(name));
    feed([255]);
    feed(new TextEncoder().encode(labels[name]));
    feed([255]);
  }
  return hash.toString(16).padStart(16, '0');
};
