import type { Ledger, SealedEvent } from '../../../../platform/ledger/ledger.ts';
import { joinStretches, wholeMinutes } from '../../domain/correct.ts';
import type { Stretch } from '../../domain/method.ts';
import type { Objective } from '../../domain/objective.ts';
import type { MarkedIncident } from './store.ts';

/** A stretch of time that counts as one incident. Epoch seconds. */
export interface Incident extends Stretch {
  readonly name: string;
  /** A person said that it was real. */
  readonly marked: boolean;
}

/** Alerts of one objective that are looked through. */
const eventsMax = 1_000;
const shortMinutesDefault = 5;

/**
 * Incidents of one objective in a window: what people marked as real, and the stretches in which a page fired that touch no mark.
 * An alert sees trouble only when its windows are full of it, so its stretch begins one short window before it fired.
 */
export const incidentsIn = async (
  ledger: Pick<Ledger, 'read'>,
  objective: Objective,
  within: Stretch,
  marks: readonly MarkedIncident[],
): Promise<Incident[]> => {
  const marked = marks.map(({ note, from, to }) => ({
    name: `${note.slice(0, 200) || 'Incident'} (${minuteText(from)})`,
    marked: true,
    from,
    to,
  }));
  const episodes = joinStretches((await pagesOf(ledger, objective, within.to)).map(wholeMinutes))
    .filter(({ from, to }) => from < within.to && to > within.from)
    .filter(({ from, to }) => !marked.some((each) => each.from < to && each.to > from))
    .map((each) => ({ name: `Alert of ${minuteText(each.from)}`, marked: false, ...each }));
  return [...marked, ...episodes].sort((a, b) => a.from - b.from);
};

/** Stretches in which a tier fired that wakes people; one that still fires goes on to now. */
const pagesOf = async (ledger: Pick<Ledger, 'read'>, objective: Objective, now: number): Promise<Stretch[]> => {
  const subject = `objective:${objective.name}`;
  const [fired, recovered] = await Promise.all(
    ['budget.burning', 'budget.recovered'].map((kind) => ledger.read({ kind, subject, limit: eventsMax })),
  );
  const ends = new Map(
    recovered!.map(({ data }) => [
      `${String(data['tier'])} ${String(data['firingSince'])}`,
      secondOf(data['crossedAt']),
    ]),
  );
  return fired!.filter(isPage).map(({ data }) => {
    const tier = String(data['tier']);
    const since = secondOf(data['crossedAt']);
    const short = objective.alerts.tiers.find(({ name }) => name === tier)?.shortMinutes ?? shortMinutesDefault;
    return { from: since - short * 60, to: ends.get(`${tier} ${String(data['crossedAt'])}`) ?? now };
  });
};

const isPage = ({ data }: SealedEvent): boolean => data['urgency'] === 'page';

const secondOf = (text: unknown): number => Math.floor(Temporal.Instant.from(String(text)).epochMilliseconds / 1_000);

const minuteText = (second: number): string =>
  `${new Date(second * 1_000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
