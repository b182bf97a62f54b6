import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../../../platform/postgres/eventually.ts';
import type { BadSpan, Indicator, SpanSelection } from '../../domain/indicator.ts';
import { recountsNow } from '../evaluate/store.ts';
import type { ObjectivesTables } from '../tables.ts';
import { countHouse, otlpSpan, otlpTraces, type CountHouse } from './testing/house.ts';

let house: CountHouse;
beforeAll(async () => {
  house = await countHouse('2026-11-22T10:12:00Z');
});
afterAll(() => house.stop());

const spansOf = (service: string, bad: readonly BadSpan[], of: Partial<SpanSelection> = {}): Indicator => ({
  kind: 'spans',
  of: { service, environment: null, operation: null, attributes: [], ...of },
  bad,
});
const errors: BadSpan = { kind: 'error' };
const ready = (number: number) =>
  eventually(async () => expect(await house.state(number)).toMatchObject({ state: 'counting' }));

describe('spans that were sent are counted exactly, whenever they come', () => {
  it('by ten seconds, minute and hour; by service, environment, operation, error and latency', async () => {
    const service = 'a';
    const all = await house.indicator(spansOf(service, [errors]));
    const slow = await house.indicator(spansOf(service, [{ kind: 'slower-than', ms: 300 }]));
    const orders = await house.indicator(spansOf(service, [errors], { operation: 'POST /orders' }));
    const staging = await house.indicator(spansOf(service, [errors], { environment: 'staging' }));
    const nothing = await house.indicator(spansOf(service, [], { environment: 'nowhere' }));
    await house.counting().sweep();
    await house.send(
      'traces',
      otlpTraces(service, [
        otlpSpan({ endedAt: '2026-11-22T10:10:01Z', durationMs: 300 }),
        otlpSpan({ endedAt: '2026-11-22T10:10:09.999999999Z', durationMs: 300.000001, failed: true }),
        otlpSpan({ endedAt: '2026-11-22T10:10:10Z', name: 'POST /orders', failed: true }),
        otlpSpan({ endedAt: '2026-11-22T10:11:00Z', name: 'POST /orders' }),
      ]),
    );
    await house.send(
      'traces',
      otlpTraces(service, [otlpSpan({ endedAt: '2026-11-22T10:11:30Z' })], {
        'deployment.environment.name': 'staging',
      }),
    );
    await house.settled();
    expect(await house.counts(all, '10s')).toEqual([
      { at: '2026-11-22T10:10:00Z', good: 1, bad: 1 },
      { at: '2026-11-22T10:10:10Z', good: 0, bad: 1 },
      { at: '2026-11-22T10:11:00Z', good: 1, bad: 0 },
      { at: '2026-11-22T10:11:30Z', good: 1, bad: 0 },
    ]);
    expect(await house.counts(all, 'minute')).toEqual([
      { at: '2026-11-22T10:10:00Z', good: 1, bad: 2 },
      { at: '2026-11-22T10:11:00Z', good: 2, bad: 0 },
    ]);
    expect(await house.counts(all, 'hour')).toEqual([{ at: '2026-11-22T10:00:00Z', good: 3, bad: 2 }]);
    expect(await house.counts(slow, 'hour')).toEqual([{ at: '2026-11-22T10:00:00Z', good: 4, bad: 1 }]);
    expect(await house.counts(orders, 'minute')).toEqual([
      { at: '2026-11-22T10:10:00Z', good: 0, bad: 1 },
      { at: '2026-11-22T10:11:00Z', good: 1, bad: 0 },
    ]);
    expect(await house.counts(staging, 'hour')).toEqual([{ at: '2026-11-22T10:00:00Z', good: 1, bad: 0 }]);
    expect(await house.counts(nothing, '10s')).toEqual([]);
  });

  it('without the traffic that a correction leaves out, also what comes late', async () => {
    const service = 'rest';
    const attributes = [{ key: 'load.test', op: '=', value: 'true' } as const];
    const without = { environment: null, operation: 'POST /orders', attributes };
    const number = await house.indicator({ ...spansOf(service, [errors]), without } as Indicator);
    await house.counting().sweep();
    const minute = '2026-11-22T10:09:00Z';
    const send = async (name: string, test: boolean): Promise<void> => {
      const span = otlpSpan({ endedAt: minute, name, failed: true });
      await house.send('traces', otlpTraces(service, [span], test ? { 'load.test': 'true' } : {}));
      await house.settled();
    };
    // Only what is both the operation and the load test goes.
    for (const [name, test] of [
      ['POST /orders', true],
      ['POST /orders', false],
      ['GET /', true],
    ] as const)
      await send(name, test);
    expect(await house.counts(number, 'minute')).toEqual([{ at: minute, good: 0, bad: 2 }]);
    await send('POST /orders', true);
    await send('GET /', false);
    expect(await house.counts(number, 'minute')).toEqual([{ at: minute, good: 0, bad: 3 }]);
  });

  it('late by minutes, by an hour and by most of a day, out of order, and repeated', async () => {
    const service = 'b';
    const number = await house.indicator(spansOf(service, [errors]));
    await house.counting().sweep();
    await ready(number);
    const at = ['10:11:05', '09:02:05', '10:11:01', '00:30:00', '09:02:59'];
    const told: string[] = [];
    for (const [index, time] of at.entries()) {
      const before = await recountsNow(house.postgres.tables<ObjectivesTables>());
      const body = otlpTraces(service, [otlpSpan({ endedAt: `2026-11-22T${time}Z`, failed: index % 2 === 1 })]);
      await house.send('traces', body);
      await house.send('traces', body);
      await house.settled();
      const after = await recountsNow(house.postgres.tables<ObjectivesTables>());
      told.push(before.old !== after.old ? 'old' : before.recent !== after.recent ? 'recent' : 'nothing');
    }
    // What evaluation remembers is told to be read again; what it reads each time is not.
    expect(told).toEqual(['nothing', 'recent', 'nothing', 'old', 'recent']);
    expect(await house.counts(number, 'minute')).toEqual([
      { at: '2026-11-22T00:30:00Z', good: 0, bad: 1 },
      { at: '2026-11-22T09:02:00Z', good: 1, bad: 1 },
      { at: '2026-11-22T10:11:00Z', good: 2, bad: 0 },
    ]);
    expect((await house.counts(number, 'hour')).map(({ good, bad }) => [good, bad])).toEqual([
      [0, 1],
      [1, 1],
      [2, 0],
    ]);
  });

  it('an indicator that is made later has its history, and a late span corrects it', async () => {
    const service = 'c';
    const minutes = [1, 2, 3, 70, 700, 4_000];
    const at = (minute: number, second = 0): string =>
      Temporal.Instant.from('2026-11-22T10:11:00Z').subtract({ minutes: minute }).add({ seconds: second }).toString();
    for (const minute of minutes)
      await house.send(
        'traces',
        otlpTraces(service, [otlpSpan({ endedAt: at(minute) }), otlpSpan({ endedAt: at(minute, 3), failed: true })]),
      );
    await house.settled();
    const number = await house.indicator(spansOf(service, [errors]));
    const raw = await house.indicator(spansOf(service, [errors, { kind: 'slower-than', ms: 123 }]));
    await house.counting().sweep();
    await ready(number);
    await ready(raw);
    const whole = minutes.toReversed().map((minute) => ({ at: at(minute), good: 1, bad: 1 }));
    expect(await house.counts(number, 'minute')).toEqual(whole);
    expect(await house.counts(raw, 'minute')).toEqual(whole);
    await house.send(
      'traces',
      otlpTraces(
        service,
        [3, 70, 700].map((minute) => otlpSpan({ endedAt: at(minute, 9) })),
      ),
    );
    await house.settled();
    const corrected = whole.map((row, index) => ([1, 2, 3].includes(index) ? { ...row, good: 2 } : row));
    for (const one of [number, raw]) {
      expect(await house.counts(one, 'minute')).toEqual(corrected);
      expect((await house.counts(one, 'hour')).reduce((sum, { good, bad }) => sum + good + bad, 0)).toBe(15);
    }
    const { rows } = await house.postgres.pool.query(
      'SELECT counted_from FROM objectives.indicator WHERE number = ANY($1)',
      [[number, raw]],
    );
    expect(rows.map(({ counted_from }) => counted_from.toISOString())).toEqual([
      '2026-11-19T15:00:00.000Z',
      '2026-11-19T15:00:00.000Z',
    ]);
  });
});

describe('a kill loses and doubles nothing', () => {
  it('whatever was in the rollups and not yet in the counts is counted after the next start', async () => {
    const service = 'killed';
    const number = await house.indicator(spansOf(service, [errors]));
    await house.counting().sweep();
    await ready(number);
    const rolledUp = async (): Promise<number> => {
      const [row] = await house.clickhouse.query<{ requests: string }>(
        `-- Requests of a test by minute.
SELECT sum(requests) AS requests FROM telemetry_services_minute FINAL WHERE service = {service:String}`,
        { params: { service } },
      );
      return Number(row!.requests);
    };
    const total = 6;
    for (let round = 1; round <= total; round += 1) {
      house.breakCounts(round % 2 === 1);
      const spans = [`10:1${round % 2}:0${round}`, `0${round}:00:00`].map((time) =>
        otlpSpan({ endedAt: `2026-11-22T${time}Z`, failed: round > 4 }),
      );
      await house.send('traces', otlpTraces(service, spans));
      if (round % 2 === 1) {
        await eventually(async () => expect(await rolledUp()).toBe(round * 2));
        await house.restart();
      } else await house.settled();
    }
    await house.settled();
    const sum = async (level: '10s' | 'minute' | 'hour') =>
      (await house.counts(number, level)).reduce((all, { good, bad }) => [all[0]! + good, all[1]! + bad], [0, 0]);
    expect(await sum('minute')).toEqual([8, 4]);
    expect(await sum('hour')).toEqual([8, 4]);
  });
});

describe('what the rollups do not know is counted from the spans', () => {
  it('attributes of the span, else of its resource; any of several conditions; odd bounds of latency', async () => {
    const service = 'd';
    const where = (key: string, op: '=' | '!=' | '>=' | '=~' | '!~', value: string) => [{ key, op, value }];
    const made = {
      get: await house.indicator(spansOf(service, [errors], { attributes: where('http.request.method', '=', 'GET') })),
      notGet: await house.indicator(
        spansOf(service, [errors], { attributes: where('http.request.method', '!=', 'GET') }),
      ),
      byStatus: await house.indicator(
        spansOf(service, [{ kind: 'attribute', filter: where('http.response.status_code', '>=', '500')[0]! }]),
      ),
      region: await house.indicator(
        spansOf(service, [errors, { kind: 'slower-than', ms: 21 }], {
          attributes: where('cloud.region', '=~', 'eu-.*'),
        }),
      ),
      quoted: await house.indicator(spansOf(service, [errors], { attributes: where("o'k\\", '=', `"it's" \\ \n`) })),
    };
    await house.counting().sweep();
    const endedAt = '2026-11-22T10:11:00Z';
    const get = { 'http.request.method': 'GET' };
    await house.send(
      'traces',
      otlpTraces(
        service,
        [
          otlpSpan({ endedAt, attributes: { ...get, 'http.response.status_code': 200 } }),
          otlpSpan({ endedAt, attributes: { ...get, 'http.response.status_code': 503 }, failed: true }),
          otlpSpan({ endedAt, attributes: { ...get, 'cloud.region': 'us-1' }, durationMs: 21.5 }),
          otlpSpan({ endedAt, durationMs: 21.5, attributes: { "o'k\\": `"it's" \\ \n` } }),
        ],
        { 'cloud.region': 'eu-1' },
      ),
    );
    await house.settled();
    const found = Object.fromEntries(
      await Promise.all(
        Object.entries(made).map(async ([name, number]) => {
          const [row] = await house.counts(number, '10s');
          return [name, row && [row.good, row.bad]];
        }),
      ),
    );
    expect(found).toEqual({ get: [2, 1], notGet: [1, 0], byStatus: [3, 1], region: [1, 2], quoted: [1, 0] });
  });

  it('one that the engine refuses says so, and the others of its service are counted', async () => {
    const service = 'e';
    const filter = { key: 'x', op: '=~', value: '(' } as const;
    const wrong = await house.indicator(spansOf(service, [errors], { attributes: [filter] }));
    const right = await house.indicator(spansOf(service, [errors], { attributes: [{ ...filter, value: 'y' }] }));
    await house.counting().sweep();
    await house.send(
      'traces',
      otlpTraces(service, [otlpSpan({ endedAt: '2026-11-22T10:11:00Z', attributes: { x: 'y' } })]),
    );
    await house.settled();
    expect(await house.counts(right, 'minute')).toEqual([{ at: '2026-11-22T10:11:00Z', good: 1, bad: 0 }]);
    expect(await house.state(wrong)).toMatchObject({ state: 'refused' });
    expect((await house.state(wrong))!.reason).toContain('The engine refused to count it');
  });
});
