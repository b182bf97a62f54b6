import type { Ground } from '../../../../platform/module/ground.ts';
import type { SealedEvent } from '../../../../platform/ledger/ledger.ts';
import type { TelemetryDoor } from '../../../telemetry/server/public.ts';
import type { Mark } from '../../contract/spent.ts';
import { excludedTimes } from '../../domain/correction-times.ts';
import { ppmText } from '../../domain/number-text.ts';
import { incidentsOf } from '../backtest/store.ts';
import type { BacktestTables } from '../backtest/tables.ts';
import { recurringOfRow } from '../corrections/excluded.ts';
import { correctionsInForce } from '../corrections/store.ts';
import type { CorrectionsTables } from '../corrections/tables.ts';
import type { KeptObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { targetsOf } from '../views/definitions.ts';

/** What another module knows to have happened to some services in a stretch of time, newest first, at most `limit`. */
export type MarkSource = (question: {
  readonly services: readonly string[];
  readonly from: Temporal.Instant;
  readonly to: Temporal.Instant;
  readonly limit: number;
}) => Promise<readonly Mark[]>;

export interface MarksGround extends Pick<Ground, 'postgres' | 'ledger'> {
  readonly history: Pick<TelemetryDoor['history'], 'firstVersions'>;
  readonly sources: readonly MarkSource[];
}

/** Marks that one answer tells; of each kind the newest. */
export const marksMax = 200;
const eventsPerPage = 1_000;
const pagesMax = 20;
const incidentsMax = 1_000;

/** Everything known to have happened in `[from, to)` (epoch seconds) that may explain a burn, oldest first. */
export const marksOf = async (
  ground: MarksGround,
  kept: KeptObjective,
  of: { readonly services: readonly string[]; readonly from: number; readonly to: number },
): Promise<Mark[]> => {
  const stretch = { from: instantOf(of.from), to: instantOf(of.to), limit: marksMax };
  const found = await Promise.all([
    ...ground.sources.map((source) => source({ services: of.services, ...stretch })),
    versions(ground, of.services, stretch),
    alerts(ground, kept, of),
    corrections(ground, kept, of),
    targets(ground, kept, of),
    incidents(ground, kept, of),
  ]);
  return found
    .flatMap((marks) => marks.toSorted(newestFirst).slice(0, marksMax))
    .sort(newestFirst)
    .slice(0, marksMax)
    .reverse();
};

interface Within {
  readonly from: number;
  readonly to: number;
}

const versions = async (
  { history }: MarksGround,
  services: readonly string[],
  stretch: { from: Temporal.Instant; to: Temporal.Instant; limit: number },
): Promise<Mark[]> =>
  (await history.firstVersions({ services, ...stretch })).map(({ service, environment, version, at }) => ({
    at: at.toString(),
    until: null,
    kind: 'version',
    title: `First seen: ${version}${environment === '' ? '' : ` in ${environment}`}`,
    by: null,
    link: null,
    service,
  }));

/** Alerts of the objective as they stand on the ledger, each with its end where it had one. */
const alerts = async ({ ledger }: MarksGround, kept: KeptObjective, within: Within): Promise<Mark[]> => {
  const subject = `objective:${kept.name}`;
  const read = async (kind: string): Promise<SealedEvent[]> => {
    const events: SealedEvent[] = [];
    for (let page = 0; page < pagesMax; page += 1) {
      const after = events.at(-1)?.place;
      const more = await ledger.read({
        kind,
        subject,
        limit: eventsPerPage,
        ...(after === undefined ? {} : { after }),
      });
      events.push(...more);
      if (more.length < eventsPerPage) break;
    }
    return events;
  };
  const [burning, recovered, exhausted, silent] = await Promise.all(
    ['budget.burning', 'budget.recovered', 'budget.exhausted', 'objective.no-data'].map(read),
  );
  const marks = [
    ...burning!.map((event) => {
      const tier = String(event.data['tier']);
      const end = recovered!.find((each) => each.place > event.place && each.data['tier'] === tier);
      return alertMark(event, kept, `${tier} fired`, end?.at ?? null);
    }),
    ...exhausted!.map((event) =>
      alertMark(event, kept, event.data['forecast'] === true ? 'Budget will run out' : 'Budget exhausted', null),
    ),
    ...silent!.map((event) => alertMark(event, kept, 'No data', null)),
  ];
  return marks.filter(startsWithin(within));
};

const alertMark = (event: SealedEvent, kept: KeptObjective, title: string, until: Temporal.Instant | null): Mark => ({
  at: event.at.toString(),
  until: until?.toString() ?? null,
  kind: 'alert',
  title,
  by: null,
  link: null,
  service: kept.definition.service,
});

const corrections = async ({ postgres }: MarksGround, kept: KeptObjective, within: Within): Promise<Mark[]> => {
  const { name, service } = kept.definition;
  const rows = await correctionsInForce(postgres.tables<CorrectionsTables>());
  return rows
    .filter((row) => row.objectives.includes(name) || (row.service !== null && row.service === service))
    .flatMap((row) =>
      excludedTimes(recurringOfRow(row), within).map(({ from, to }) => ({
        at: textOf(from),
        until: textOf(to),
        kind: 'correction' as const,
        title: row.reason,
        by: row.created_by,
        link: null,
        service: row.service,
      })),
    );
};

const targets = async ({ postgres }: MarksGround, kept: KeptObjective, within: Within): Promise<Mark[]> => {
  const all = await targetsOf(postgres.tables<ObjectivesTables>(), kept.id);
  return all
    .flatMap(({ since, targetPpm }, index) => {
      const before = all[index - 1];
      if (!before || before.targetPpm === targetPpm) return [];
      const title = `Target ${ppmText(before.targetPpm)} → ${ppmText(targetPpm)}`;
      return [
        {
          at: textOf(since),
          until: null,
          kind: 'target' as const,
          title,
          by: null,
          link: null,
          service: kept.definition.service,
        },
      ];
    })
    .filter(startsWithin(within));
};

const incidents = async ({ postgres }: MarksGround, kept: KeptObjective, { from, to }: Within): Promise<Mark[]> =>
  (await incidentsOf(postgres.tables<BacktestTables>(), kept.name, incidentsMax))
    .filter((each) => Date.parse(each.from) < to * 1_000 && Date.parse(each.to) > from * 1_000)
    .map((each) => ({
      at: each.from,
      until: each.to,
      kind: 'incident' as const,
      title: each.note || 'Marked as a real incident',
      by: each.by,
      link: null,
      service: kept.definition.service,
    }));

/** Marks that may explain a stretch: from an hour before it began on, the last before its start first. Alerts follow, they explain nothing. */
export const marksNear = (marks: readonly Mark[], { from, to }: Within): Mark[] => {
  const distance = (mark: Mark): number => {
    const at = Date.parse(mark.at) / 1_000;
    return at <= from ? from - at : (at - from) * lateWeight;
  };
  return marks
    .filter(({ kind, at, until }) => {
      if (kind === 'alert') return false;
      const [begin, end] = [Date.parse(at) / 1_000, until === null ? null : Date.parse(until) / 1_000];
      return begin < to && (begin >= from - nearSeconds || (end !== null && end > from));
    })
    .toSorted((a, b) => distance(a) - distance(b))
    .slice(0, nearMax);
};
const nearSeconds = 3_600;
const nearMax = 3;
/** What came after a burn began explains it less than what came as long before. */
const lateWeight = 3;

const startsWithin =
  ({ from, to }: Within) =>
  ({ at }: Mark): boolean =>
    Date.parse(at) >= from * 1_000 && Date.parse(at) < to * 1_000;

const newestFirst = (a: Mark, b: Mark): number =>
  Temporal.Instant.compare(Temporal.Instant.from(b.at), Temporal.Instant.from(a.at));
const instantOf = (second: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(second * 1_000);
const textOf = (second: number): string => instantOf(Math.floor(second)).toString();
