import { noiseLimits, type NoiseFinding, type NoiseReport } from '../../contract/noise.ts';
import { newestOf, type PastAlert, type Series } from '../../domain/noise/history.ts';
import { wordsOf } from '../../domain/noise/proposal.ts';
import { findNoise, savedByAll, type Finding } from '../../domain/noise/report.ts';
import type { AlertingGround } from '../ground.ts';
import type { AlertTables } from '../intake/tables.ts';
import { pastAlerts, type PastRow } from './views.ts';

export interface NoiseAsked {
  readonly days: number;
  readonly team: string | null;
}

/** What was noise in the last days, of one team or of all. */
export const reportNoise = async (
  { postgres, catalog, clock }: Pick<AlertingGround, 'postgres' | 'catalog' | 'clock'>,
  { days, team }: NoiseAsked,
): Promise<NoiseReport> => {
  const to = clock.now();
  const from = to.subtract({ hours: days * 24 });
  const limit = noiseLimits.alerts + 1;
  const rows = await pastAlerts(postgres.tables<AlertTables>(), { from, limit });
  const isCut = rows.length === limit;
  const services = [...new Set(rows.flatMap(({ service }) => service ?? []))];
  const facts = await catalog.factsOf(services);
  const past = rows
    .slice(0, noiseLimits.alerts)
    .map((row) => pastOf(row, row.service === null ? null : (facts.get(row.service)?.owner ?? null)))
    .filter(({ owner }) => team === null || owner === team);
  const { alerts, notified, actedOn, findings } = findNoise(past);
  const begin = isCut ? past.reduce((least, { startsAt }) => Math.min(least, startsAt), to.epochMilliseconds) : null;
  return {
    from: (begin === null ? from : Temporal.Instant.fromEpochMilliseconds(begin)).toString(),
    to: to.toString(),
    alerts,
    isCut,
    notified,
    actedOn,
    disturbances: past.filter(({ disturbed }) => disturbed).length,
    saved: savedByAll(findings),
    items: findings.slice(0, noiseLimits.findings).map((finding) => findingShape(finding, to.epochMilliseconds)),
  };
};

const pastOf = (row: PastRow, ownerOfService: string | null): PastAlert => ({
  id: row.id,
  integration: row.integration,
  fingerprint: row.fingerprint,
  name: row.labels['alertname'] ?? row.summary,
  labels: row.labels,
  service: row.service,
  owner: row.own_team ?? ownerOfService ?? row.integration_team,
  startsAt: row.starts_at.getTime(),
  endsAt: row.over_at?.getTime() ?? null,
  notified: row.notified,
  disturbed: row.disturbed,
  actions: row.actions,
  useful: row.useful,
});

const findingShape = (finding: Finding, until: number): NoiseFinding => {
  const { kind, series, found } = finding;
  const newest = newestOf(series);
  const { reason, proposals } = wordsOf(finding, until);
  return {
    kind,
    ...seriesShape(series),
    service: newest.service,
    owner: newest.owner,
    firings: series.firings.length,
    lastAt: Temporal.Instant.fromEpochMilliseconds(newest.startsAt).toString(),
    of: finding.kind === 'duplicate' ? seriesShape(finding.found.first) : null,
    saved: found.saved,
    reason,
    proposals: proposals.map(({ words, document }) => ({ words, document })),
  };
};

const seriesShape = (series: Series) => {
  const { id, integration, fingerprint, name, labels } = newestOf(series);
  return { integration, fingerprint, name, labels, alert: id };
};
