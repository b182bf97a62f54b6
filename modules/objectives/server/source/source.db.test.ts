import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import { newId } from '../../../../platform/clock/id.ts';
import { createSecrets } from '../../../identity/server/secrets.ts';
import { anObjective } from '../../fixtures.ts';
import type { Indicator } from '../../domain/indicator.ts';
import { countHouse, type CountHouse } from '../count/testing/house.ts';
import { fakeSource, hasPrometheus, prometheusWith, type SampledSeries } from '../count/testing/prometheus.ts';
import { sealSecrets } from '../document-secrets.ts';
import { saveObjective } from '../store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { sourceReadings, type SourceGround } from './reading.ts';

let house: CountHouse;
const now = Temporal.Instant.from('2026-11-22T10:12:30Z');
const end = Temporal.Instant.from('2026-11-22T10:12:00Z').epochMilliseconds / 1_000;
const secrets = createSecrets(Buffer.alloc(32, 7));
beforeAll(async () => {
  house = await countHouse(now.toString(), { requestMs: 2_000 });
});
afterAll(() => house.stop());

const readingsOf = (name: string) =>
  sourceReadings(
    {
      postgres: house.postgres,
      clickhouse: house.clickhouse,
      clock: house.clock,
      config: { values: { allowInternalSources: true } },
      secrets,
    } as unknown as SourceGround,
    name,
  );

const promise = async (name: string, url: string, kind: 'prometheus' | 'splunk' = 'prometheus'): Promise<void> => {
  const spec = { type: kind === 'prometheus' ? 'Prometheus' : 'Splunk', connectionDetails: { url } };
  const body = { apiVersion: 'openslo/v1', kind: 'DataSource', metadata: { name }, spec };
  await house.postgres.pool.query(
    `INSERT INTO objectives.document (kind, name, body, origin, changed_by, changed_at) VALUES ('DataSource', $1, $2, 'hand', 'test', now())`,
    [name, JSON.stringify(sealSecrets(body, secrets, `DataSource/${name}`))],
  );
  const definition: Indicator = {
    kind: 'external',
    source: name,
    sourceKind: kind,
    read: {
      kind: 'ratio',
      counter: true,
      total: 'http_requests_total',
      part: { is: 'bad', query: 'http_requests_total{code="500"}' },
    },
  };
  const base = anObjective({ name, window: { kind: 'rolling', minutes: 120 } });
  const indicator = { kind: 'indicator', number: 0, definition } as const;
  await house.postgres.transaction<ObjectivesTables, unknown>((tx) =>
    saveObjective(
      tx,
      {
        id: newId(),
        document: name,
        definition: { ...base, components: [{ ...base.components[0]!, indicator }] },
      },
      { by: 'test', at: now },
    ),
  );
};

it(`stands beside increase() of ${hasPrometheus ? "Debian's Prometheus" : 'a fake'}, within what its extrapolation explains`, async () => {
  const series: SampledSeries[] = ['200', '500'].map((code, index) => ({
    name: 'http_requests_total',
    labels: { code },
    samples: Array.from({ length: (3 * 3_600) / 15 }, (_, sample): [number, number] => [
      end - 3 * 3_600 + sample * 15 + 7,
      1_000 + sample * (index === 0 ? 40 : 3),
    ]),
  }));
  const prometheus = await prometheusWith(series);
  try {
    await promise('main', `${prometheus.url}/`);
    await house.counting().sweep();
    await eventually(async () => expect((await readingsOf('main'))[0]!.compared!.ours).toBeGreaterThan(0));
    const [reading] = await readingsOf('main');
    expect(reading).toMatchObject({ source: 'main', kind: 'prometheus', verified: true });
    const compared = reading!.compared!;
    // Two hours at 43 requests in 15 seconds.
    expect(compared.ours).toBe((7_200 / 15) * 43);
    if (!prometheus.isReal) return;
    expect(compared).toMatchObject({ samples: 480, within: true, problem: null });
    expect(compared.bound).toBeCloseTo(2.2 / 479, 12);
    expect(Math.abs(compared.theirs! - compared.ours) / compared.ours).toBeLessThan(compared.bound!);
  } finally {
    await prometheus.stop();
  }
});

it('says why it cannot be compared, and what was never tried against the real one', async () => {
  const { url, stop } = await fakeSource(() => ({ status: 503, body: '' }));
  await promise('away', url);
  const [away] = await readingsOf('away');
  expect(away!.compared).toMatchObject({ theirs: null, within: null, problem: 'The source answered HTTP 503.' });
  await promise('logs', url, 'splunk');
  expect(await readingsOf('logs')).toMatchObject([{ kind: 'splunk', verified: false, compared: null }]);
  await stop();
});
