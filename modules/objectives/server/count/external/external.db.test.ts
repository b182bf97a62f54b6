import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../../platform/postgres/eventually.ts';
import type { ExternalRead, Indicator, SourceKind } from '../../../domain/indicator.ts';
import { createSecrets } from '../../../../identity/server/secrets.ts';
import { sealSecrets } from '../../document-secrets.ts';
import { countHouse, type CountHouse } from '../testing/house.ts';
import {
  fakeSource,
  hasPrometheus,
  prometheusWith,
  type FakeAnswer,
  type FakeRequest,
  type SampledSeries,
} from '../testing/prometheus.ts';

let house: CountHouse;
const now = Temporal.Instant.from('2026-11-22T10:12:30Z');
const end = Temporal.Instant.from('2026-11-22T10:12:00Z').epochMilliseconds / 1_000;
beforeAll(async () => {
  house = await countHouse(now.toString(), { requestMs: 500 });
});
afterAll(() => house.stop());

const secrets = createSecrets(Buffer.alloc(32, 7));
const source = async (name: string, kind: SourceKind, url: string, more: object = {}): Promise<void> => {
  const body = {
    apiVersion: 'openslo/v1',
    kind: 'DataSource',
    metadata: { name },
    spec: { type: kind === 'prometheus' ? 'Prometheus' : kind, connectionDetails: { url, ...more } },
  };
  await house.postgres.pool.query(
    `INSERT INTO objectives.document (kind, name, body, origin, changed_by, changed_at) VALUES ('DataSource', $1, $2, 'hand', 'test', now())`,
    [name, JSON.stringify(sealSecrets(body, secrets, `DataSource/${name}`))],
  );
};
const external = (name: string, kind: SourceKind, read: ExternalRead): Indicator => ({
  kind: 'external',
  source: name,
  sourceKind: kind,
  read,
});
const begun = async (definition: Indicator, state = 'counting'): Promise<number> => {
  const number = await house.indicator(definition);
  await house.counting().sweep();
  await eventually(async () => expect(await house.state(number)).toMatchObject({ state }));
  return number;
};
const at = (seconds: number): string => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000).toString();

describe(`Prometheus (${hasPrometheus ? "Debian's own" : 'no binary here: a fake that speaks its protocol'})`, () => {
  it('counters: every minute equals the samples, over a restart of the counter, and the sum equals increase()', async () => {
    const restartAt = end - 72 * 60;
    const series: SampledSeries[] = ['200', '500'].map((code, index) => {
      const samples: [number, number][] = [];
      let value = 1_000 * index;
      for (let second = end - 3 * 3_600; second <= end; second += 15) {
        if (second === restartAt) value = 0;
        value += index === 0 ? 7 + ((second / 15) % 5) : second % 600 === 0 ? 3 : 0;
        samples.push([second, value]);
      }
      return { name: 'http_requests_total', labels: { code }, samples };
    });
    const prometheus = await prometheusWith(series);
    try {
      await source('prom', 'prometheus', `${prometheus.url}/`);
      const number = await begun(
        external('prom', 'prometheus', {
          kind: 'ratio',
          counter: true,
          total: 'http_requests_total',
          part: { is: 'bad', query: 'http_requests_total{code="500"}' },
        }),
      );
      const counted = await house.counts(number, 'minute');
      // The oracle: differences of neighbouring samples, a fall begins from 0.
      const grown = (samples: SampledSeries['samples'], from: number): number => {
        let sum = 0;
        for (let index = 1; index < samples.length; index += 1) {
          const [[, before], [second, value]] = [samples[index - 1]!, samples[index]!];
          if (second > from && second <= from + 60) sum += value >= before ? value - before : value;
        }
        return sum;
      };
      const expected = Array.from({ length: 180 }, (_, index) => {
        const from = end - 3 * 3_600 + index * 60;
        const bad = grown(series[1]!.samples, from);
        return { at: at(from), good: grown(series[0]!.samples, from), bad };
      });
      expect(counted).toEqual(expected);
      // The youngest two minutes of every window are read by ten seconds, and so is its first one.
      const byMinute = Map.groupBy(await house.counts(number, '10s'), (row) => `${row.at.slice(0, 16)}:00Z`);
      const sum = (of: readonly { good: number; bad: number }[], what: 'good' | 'bad'): number =>
        of.reduce((total, row) => total + row[what], 0);
      expect([...byMinute].map(([minute, of]) => ({ at: minute, good: sum(of, 'good'), bad: sum(of, 'bad') }))).toEqual(
        expected,
      );
      expect([...byMinute.values()].every((of) => of.length === 6)).toBe(true);
      if (prometheus.isReal) {
        const answer = await fetch(
          `${prometheus.url}/api/v1/query?${new URLSearchParams({ query: 'sum(increase(http_requests_total[1h]))', time: String(end) })}`,
        );
        const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
        const sum = counted.slice(-60).reduce((total, { good, bad }) => total + good + bad, 0);
        expect(Number(data.result[0]!.value[1])).toBeCloseTo(sum, 6);
      }
    } finally {
      await prometheus.stop();
    }
  });
});

describe('a source that answers what is no count', () => {
  it('is no data with the reason, and what it says later repairs the gap', async () => {
    let wrong: string | null = 'NaN';
    let answer: (request: FakeRequest) => FakeAnswer = ({ form }) => {
      const values: [number, string][] = [];
      for (let time = Number(form['start']); time <= Number(form['end']); time += 60)
        if (time > end - 600)
          values.push([time, wrong !== null && time > end ? wrong : form['query'] === 'all' ? '10' : '2']);
      return { body: { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } } };
    };
    const right = answer;
    const { url, stop } = await fakeSource((request) => answer(request));
    await source('odd', 'prometheus', url);
    const number = await begun(
      external('odd', 'prometheus', {
        kind: 'ratio',
        counter: false,
        total: 'all',
        part: { is: 'bad', query: 'errors' },
      }),
    );
    const counted = async () => (await house.counts(number, 'minute')).map(({ good, bad }) => [good, bad]);
    const ten = Array.from({ length: 10 }, () => [8, 2]);
    expect(await counted()).toEqual(ten);

    const reasons: string[] = [];
    const round = async (): Promise<void> => {
      house.clock.advance({ minutes: 1 });
      await house.counting().readExternal();
      const { state, reason } = (await house.state(number))!;
      reasons.push(`${state}: ${reason}`);
    };
    for (wrong of ['NaN', '+Inf', '-3', 'many']) await round();
    const normal = answer;
    answer = () => ({ status: 503, body: 'no' });
    await round();
    answer = () => 'silence';
    await round();
    answer = () => ({ body: '<html>' });
    await round();
    answer = () => ({ status: 422, body: { status: 'error', errorType: 'execution', error: 'too many samples' } });
    await round();
    answer = () => ({ status: 401, body: 'who?' });
    await round();
    expect(reasons.map((reason) => reason.slice(0, 60))).toEqual(
      [
        'no-data: The source answered no number for total (NaN, as 0/',
        'no-data: The source answered an infinite total.',
        'no-data: The source answered a negative total: -3.',
        'no-data: The source answered no number for total (NaN, as 0/',
        'no-data: The source answered HTTP 503.',
        'no-data: The source did not answer within 0.5 s.',
        'no-data: The source did not answer as the Prometheus HTTP AP',
        'no-data: The source refused the query: too many samples',
        'no-data: The source refuses us (HTTP 401): set or renew its ',
      ].map((reason) => reason.slice(0, 60)),
    );
    expect(await counted()).toEqual(ten);

    answer = normal;
    expect(normal).toBe(right);
    wrong = null;
    for (let minute = 0; minute < 10; minute += 1) await round();
    expect(reasons.at(-1)).toBe('counting: null');
    expect(await counted()).toEqual(Array.from({ length: 10 + 9 + 10 }, () => [8, 2]));
    const hours = await house.counts(number, 'hour');
    expect(hours.reduce((sum, { good, bad }) => sum + good + bad, 0)).toBe(290);
    await stop();
  });

  it('also where it answered none from the beginning: all of its history is counted when it tells', async () => {
    let wrong: string | null = 'NaN';
    const from = end - 2 * 86_400;
    const { url, stop } = await fakeSource(({ form }) => {
      const values: [number, string][] = [];
      for (let time = Number(form['start']); time <= Number(form['end']); time += 60)
        if (time > from) values.push([time, wrong ?? (form['query'] === 'all' ? '10' : '2')]);
      return { body: { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } } };
    });
    await source('late', 'prometheus', url);
    const read = { kind: 'ratio', counter: false, total: 'all', part: { is: 'bad', query: 'errors' } } as const;
    const number = await house.indicator(external('late', 'prometheus', read));
    await house.counting().sweep();
    await eventually(async () =>
      expect(await house.state(number)).toMatchObject({ state: 'no-data', reason: expect.stringContaining('NaN') }),
    );
    expect(await house.counts(number, 'minute')).toEqual([]);
    wrong = null;
    house.clock.advance({ minutes: 3 });
    // The last day at once, as gaps; what lies before it with the history, which is counted anew.
    await house.counting().readExternal();
    expect((await house.counts(number, 'minute')).length).toBeGreaterThan(1_400);
    house.clock.advance({ minutes: 3 });
    await house.counting().sweep();
    const minutes = (Math.floor(house.clock.now().epochMilliseconds / 60_000) * 60 - from) / 60;
    await eventually(async () =>
      expect((await house.counts(number, 'minute')).length).toBeGreaterThanOrEqual(minutes - 2),
    );
    expect((await house.counts(number, 'minute')).every(({ good, bad }) => good === 8 && bad === 2)).toBe(true);
    await stop();
  });

  it('link-local addresses are never asked, and a missing document says so', async () => {
    await source('metadata', 'prometheus', 'http://169.254.169.254/');
    const read: ExternalRead = { kind: 'raw', is: 'good', query: 'x' };
    const refused = await begun(external('metadata', 'prometheus', read), 'no-data');
    expect((await house.state(refused))!.reason).toContain(
      '169.254.169.254 is an address that sources may not stand on',
    );
    const absent = await begun(external('absent', 'prometheus', read), 'no-data');
    expect((await house.state(absent))!.reason).toBe('There is no DataSource absent: apply its document.');
  });
});

describe('Splunk and Dynatrace by their documented protocol, not verified against the real ones', () => {
  it('a search of Splunk: rows of timechart, with a token that is encrypted at rest', async () => {
    const asked: FakeRequest[] = [];
    const { url, stop } = await fakeSource((request) => {
      asked.push(request);
      if (request.headers.authorization !== 'Bearer s3cret') return { status: 401, body: '' };
      const rows = [end - 120, end - 60].map((time) => ({
        preview: false,
        result: {
          _time: at(time).replace('Z', '.000+00:00'),
          count: request.form['search']!.includes('error') ? '1' : '5',
          _span: '60',
        },
      }));
      const within = (time: number) =>
        time >= Number(request.form['earliest_time']) && time < Number(request.form['latest_time']);
      const lines = rows
        .filter(({ result }) => within(Date.parse(result._time) / 1_000))
        .map((row) => JSON.stringify(row));
      return { body: lines.join('\n') };
    });
    await source('spl', 'splunk', url, { token: 's3cret' });
    const number = await begun(
      external('spl', 'splunk', {
        kind: 'ratio',
        counter: false,
        total: 'index=web | timechart span=1m count',
        part: { is: 'bad', query: 'index=web error | timechart span=1m count' },
      }),
      // They answer two minutes, and nothing of the last one.
      'no-data',
    );
    expect((await house.counts(number, 'minute')).slice(0, 2)).toEqual([
      { at: at(end - 120), good: 4, bad: 1 },
      { at: at(end - 60), good: 4, bad: 1 },
    ]);
    expect(asked[0]).toMatchObject({ path: '/services/search/v2/jobs/export', form: { output_mode: 'json' } });
    expect(asked[0]!.form['search']).toBe('search index=web | timechart span=1m count');
    const { rows } = await house.postgres.pool.query(`SELECT body::text FROM objectives.document WHERE name = 'spl'`);
    expect(rows[0].body).not.toContain('s3cret');
    await stop();
  });

  it('a selector of Dynatrace: data points at the ends of their minutes', async () => {
    const { url, stop } = await fakeSource(({ path, query, headers }) => {
      if (path !== '/api/v2/metrics/query' || headers.authorization !== 'Api-Token dt0c01')
        return { status: 401, body: {} };
      const timestamps = [end - 60, end]
        .map((time) => time * 1_000)
        .filter((time) => time <= Number(query['to']) && time > Number(query['from']));
      const value = query['metricSelector']!.includes('errors') ? 2 : 9;
      const values = timestamps.map((time) => (time === end * 1_000 && value === 2 ? null : value));
      return { body: { resolution: '1m', result: [{ metricId: 'x', data: [{ timestamps, values }] }] } };
    });
    await source('dyn', 'dynatrace', url, { apiToken: 'dt0c01' });
    const number = await begun(
      external('dyn', 'dynatrace', {
        kind: 'ratio',
        counter: false,
        total: 'builtin:service.requestCount.total:splitBy()',
        part: { is: 'bad', query: 'builtin:service.errors.total.count:splitBy()' },
      }),
      'no-data',
    );
    expect((await house.counts(number, 'minute')).slice(0, 2)).toEqual([
      { at: at(end - 120), good: 7, bad: 2 },
      { at: at(end - 60), good: 9, bad: 0 },
    ]);
    await stop();
  });
});
