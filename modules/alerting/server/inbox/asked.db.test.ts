import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAlertsWorld, type AlertsWorld } from '../testing/world.ts';

/** The inbox as a stranger asks it who has read nothing but its interface. */
let world: AlertsWorld;
beforeAll(async () => {
  world = await startAlertsWorld();
  const taken = await world.accept([
    { dedupKey: 'one', labels: { alertname: 'One', region: 'eu', odd: 'a=b' } },
    { dedupKey: 'two', labels: { alertname: 'Two', region: 'us' } },
    { dedupKey: 'three', labels: { alertname: 'Three' } },
  ]);
  for (const { alertId } of taken)
    await world.until(async () => {
      if ((await world.decisions(alertId!)).length === 0) throw new Error('not decided yet');
    });
});
afterAll(() => world?.stop());

const get = (query: string) => world.call('ada', 'GET', `/api/v1/alerts${query}`);
const names = async (query: string) =>
  (await get(query)).body.items.map(({ labels }: any) => labels.alertname).toSorted();

describe('GET /api/v1/alerts', () => {
  it('has what the interface says, and nothing of it is missing', async () => {
    const { status, body } = await get('?label=alertname%3DOne');
    expect(status).toBe(200);
    const [item] = body.items;
    const owed = 'id source fingerprint status labels annotations service startsAt endsAt group decisions pages'.split(
      ' ',
    );
    expect(Object.keys(item)).toEqual(expect.arrayContaining(owed));
    expect(item.decisions[0]).toMatchObject({ decision: 'notified' });
    expect(Object.keys(item.decisions[0])).toEqual(expect.arrayContaining(['at', 'decision', 'reason']));
    expect(item.pages).toHaveLength(1);
  });

  it.each([
    ['?label=region%3Deu', ['One']],
    ['?label=region=eu', ['One']],
    ['?label=region!=eu', ['Three', 'Two']],
    ['?label=region=', ['Three']],
    ['?label=region!=', ['One', 'Two']],
    ['?label=region!=eu&label=region!=us', ['Three']],
    ['?label=alertname=Two&label=region=us', ['Two']],
    ['?label=alertname=One&label=region=us', []],
    ['?label=odd=a=b', ['One']],
    ['?state=suppressed', []],
    ['?state=all', ['One', 'Three', 'Two']],
    ['?state=', null],
    ['?state=open', null],
    ['?label=region', null],
    ['?label==eu', null],
    ['?label=!=eu', null],
    ['?label=region=~e.', null],
    ['?label=region!~e.', null],
    ['?limit=0', null],
    ['?from=yesterday', null],
    ['?group=x', null],
    ['?cursor=x', null],
  ] as const)('answers %s', async (query, expected) => {
    if (expected !== null) return expect(await names(query)).toEqual(expected);
    const { status, body } = await get(query);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(query.slice(1, query.indexOf('=')));
    if (query.startsWith('?state=')) expect(JSON.stringify(body)).toMatch(/firing.*acknowledged.*resolved.*active/);
  });
});

describe('GET /api/v1/alerts/{id}/why', () => {
  it('says why somebody was paged, also when that was said again since', async () => {
    const [{ id }] = (await get('?label=alertname%3DTwo')).body.items;
    const why = async () => (await world.call('ada', 'GET', `/api/v1/alerts/${id}/why`)).body;
    const before = (await why()).because;
    expect(before).toMatch(/^It was told: .* Goes to payments: owner of the service shop\/checkout\.$/);
    await world.later('241 minutes');
    await world.until(async () => expect((await why()).decisions).toHaveLength(2));
    const { because, decisions } = await why();
    expect(decisions[1].reason).toBe('It fires still and nobody is on it: counted on its page again after 4 hours.');
    expect(because.replace(/at \d{4}.*Z/, 'at T')).toBe(
      `${before} It was said again once, at T, because nobody was on it.`,
    );
  });
});

describe('any combination of what can be asked', () => {
  const parts = {
    state: ['active', 'firing', 'acknowledged', 'resolved', 'suppressed', 'all'],
    label: ['region=eu', 'region!=eu', 'a\u0000b=c', '\\=\u{1f525}'],
    severity: ['critical', 'info'],
    service: ['shop/checkout', '%', '\u0000'],
    source: ['api', "o'clock"],
    q: ['one', '', '%_\\', '\u0000x'],
    from: ['0001-01-01T00:00:00Z', '2026-11-23T00:00:00+14:00', '9999-12-31T23:59:59Z'],
    to: ['9999-12-31T23:59:59.999999999Z', '0001-01-01T00:00:00Z'],
    limit: ['1', '500'],
    group: ['018f0000-0000-7000-8000-000000000000'],
    cursor: ['WyIwMThmMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ', 'WyJ4Il0', 'W10', 'e30'],
    facets: ['true', 'false'],
  } as const;

  it('is answered or refused while alerts come and go, and never a fault', async () => {
    let [seed, stopping] = [7, false];
    const random = (most: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return (seed >>> 12) % most;
    };
    const writing = (async () => {
      for (let round = 0; !stopping; round += 1) {
        const dedupKey = `churn-${round % 5}`;
        await world.accept([{ dedupKey, labels: { alertname: dedupKey, region: 'eu' } }]);
        await world.accept([{ dedupKey, action: round % 2 === 0 ? 'resolve' : 'acknowledge' }]);
      }
    })();
    const wrong: string[] = [];
    for (let time = 0; time < 250; time += 1) {
      const query = new URLSearchParams();
      for (const [name, values] of Object.entries(parts))
        if (random(5) < 2) query.append(name, values[random(values.length)]!);
      const { status, body } = await get(`?${query}`);
      if (status !== 200 && status !== 400) wrong.push(`${status} ${query}: ${JSON.stringify(body)}`);
    }
    stopping = true;
    await writing;
    expect(wrong).toEqual([]);
  });
});
