import type { Ground } from '../../../../platform/module/ground.ts';
import type { IdentityDoor } from '../../../identity/server/public.ts';
import type { SourceReading } from '../../contract/source.ts';
import { agreesWithin, increaseBound } from '../../domain/increase-bound.ts';
import type { Indicator } from '../../domain/indicator.ts';
import { createAsk, SourceTrouble } from '../count/external/outgoing.ts';
import { readPrometheus } from '../count/external/prometheus.ts';
import { settledMinute } from '../count/external/read-stretch.ts';
import { createSources } from '../count/external/sources.ts';
import type { CountTables } from '../count/tables.ts';
import { prepare } from '../evaluate/prepared.ts';
import type { ObjectivesTables } from '../tables.ts';
import { definedAt } from '../views/definitions.ts';
import { momentOf, unknownObjective } from '../views/report.ts';
import { readOptions } from '../views/report-options.ts';
import { readSeries } from '../views/series.ts';

export type SourceGround = Pick<Ground, 'postgres' | 'clickhouse' | 'clock' | 'ledger' | 'config'> & {
  readonly secrets: IdentityDoor['secrets'];
};

type External = Extract<Indicator, { kind: 'external' }>;

/** A day is enough to see whether both count the same; the source is asked for no more. */
const comparedSecondsMax = 86_400;
/** Minutes are surely written so long after they ended: what is read again meanwhile may still change. */
const writtenAfterSeconds = 120;
const requestMs = 5_000;
/** A metric with its labels: only of such is `increase()` what it says. */
const plainSelector = /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^{}]*\})?$/;

/** How each outside source below an objective is read; Prometheus counters beside the source's own `increase()`. */
export const sourceReadings = async (ground: SourceGround, name: string): Promise<SourceReading[]> => {
  const moment = momentOf(ground, undefined);
  const defined = await definedAt(ground.postgres.tables<ObjectivesTables>(), name, moment.at);
  if (defined === null) throw unknownObjective(name);
  const readings: SourceReading[] = [];
  for (const { indicator } of defined.kept.definition.components) {
    if (indicator.kind !== 'indicator' || indicator.definition.kind !== 'external') continue;
    const { source, sourceKind: kind, read } = indicator.definition;
    readings.push({
      source,
      kind,
      verified: kind === 'prometheus',
      how: howOf(indicator.definition),
      compared:
        kind === 'prometheus' && read.kind === 'ratio' && read.counter && plainSelector.test(read.total)
          ? await compare(ground, defined, { number: indicator.number, source, query: read.total })
          : null,
    });
  }
  return readings;
};

const compare = async (
  ground: SourceGround,
  defined: NonNullable<Awaited<ReturnType<typeof definedAt>>>,
  of: { readonly number: number; readonly source: string; readonly query: string },
): Promise<NonNullable<SourceReading['compared']>> => {
  const { window } = defined.kept.definition;
  const seconds = Math.min(comparedSecondsMax, window.kind === 'rolling' ? window.minutes * 60 : comparedSecondsMax);
  const to = settledMinute(ground.clock.now().subtract({ seconds: writtenAfterSeconds }));
  const stretch = { from: to - seconds, to, rolling: false };
  const prepared = prepare(defined.kept, defined.find);
  const source = { indicators: [of.number], rule: null };
  const series = await readSeries(
    ground.clickhouse,
    [source],
    [stretch],
    momentOf(ground, undefined).sources,
    readOptions,
  );
  const { good, bad } = prepared.sources.length === 0 ? { good: 0, bad: 0 } : series.counted(source, stretch);
  const query = `sum(increase(${of.query}[${seconds}s]))`;
  const compared = { from: iso(stretch.from), to: iso(to), query, ours: good + bad };
  try {
    const [theirs, samples] = await askBoth(ground, of, { query, seconds, to });
    const bound = increaseBound(samples);
    const within = theirs === null || bound === null ? null : agreesWithin(compared.ours, theirs, bound);
    return { ...compared, theirs, samples, bound, within, problem: null };
  } catch (error) {
    if (!(error instanceof SourceTrouble)) throw error;
    return { ...compared, theirs: null, samples: null, bound: null, within: null, problem: error.message };
  }
};

const askBoth = async (
  ground: SourceGround,
  of: { readonly source: string; readonly query: string },
  asked: { readonly query: string; readonly seconds: number; readonly to: number },
): Promise<[number | null, number | null]> => {
  const sources = createSources({ db: ground.postgres.tables<CountTables>(), secrets: ground.secrets });
  const connection = await sources.connection(of.source, 'prometheus');
  const read = readPrometheus(createAsk({ allowInternal: ground.config.values.allowInternalSources, requestMs }));
  const at = async (query: string): Promise<number | null> => {
    const [first] = await read(connection, { query, from: asked.to, to: asked.to, stepSeconds: 60 });
    const value = first?.values.get(asked.to);
    return value === undefined || !Number.isFinite(value) ? null : value;
  };
  return [await at(asked.query), await at(`max(count_over_time(${of.query}[${asked.seconds}s]))`)];
};

const howOf = ({ sourceKind, read }: External): string => {
  switch (read.kind) {
    case 'ratio':
      if (!read.counter)
        return `The count of each minute, as ${sourceNames[sourceKind]} answers it at the minute's end.`;
      return (
        'The growth of the counters from sample to sample, 15 seconds apart, minute by minute; a counter of one origin that ' +
        'fell began again from 0. Nothing is extended beyond what was sampled.'
      );
    case 'raw':
      return 'The share that the source answers for each minute, as a million parts of one minute.';
    case 'threshold':
      return 'Each value at the end of a minute is one event, good where it holds the bound.';
  }
};

const sourceNames = { prometheus: 'Prometheus', splunk: 'Splunk', dynatrace: 'Dynatrace' } as const;
const iso = (second: number): string => new Date(second * 1_000).toISOString();
