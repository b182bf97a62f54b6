import {
  applyDocuments,
  askApi,
  connectCounts,
  promiseOver,
  untilTrue,
  type Report,
} from './fault-objectives-product.ts';
import { resourceOf, sendUntilAcknowledged, type Ended } from './fault-objectives-traffic.ts';
import { caughtUp } from './ingest-caught-up.ts';
import type { Product } from './product.ts';

const service = 'late-0';
const minutes = 60;
const requestsPerMinute = 40;

/**
 * Requests that ended up to an hour ago come late, in any order, some twice as whole repeated bodies: every one ends in its
 * own minute and the budget is that of all of them. What arrived on time is counted first, so that late ones correct it.
 */
export const comeLate = async (product: Product, token: string, report: Report): Promise<void> => {
  const promise = promiseOver({ name: service, service, targetPercent: 99, window: '1d' });
  await applyDocuments(product, token, [promise]);
  const nowMs = Math.floor(Date.now() / 60_000) * 60_000;
  const sent: Ended[] = [];
  const send = async (ends: readonly Ended[], times = 1): Promise<void> => {
    sent.push(...ends);
    const resource = [resourceOf(service, ends)];
    for (let time = 0; time < times; time += 1) await sendUntilAcknowledged(product.otlpHttpUrl, resource);
  };
  // On time: the newest two minutes, all good.
  await send(Array.from({ length: 80 }, (_, index) => ({ atMs: nowMs - index * 1_500, failed: false })));
  await countedAs(product, token, sent, report, 'on time');
  const late = Array.from({ length: minutes * requestsPerMinute }, (_, index) => ({
    atMs: nowMs - Math.floor((index * 60_000) / requestsPerMinute) - 7,
    failed: index % 9 === 0,
  }));
  const shuffled = late
    .map((each) => ({ each, turn: Math.random() }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ each }) => each);
  const started = performance.now();
  for (let at = 0; at < shuffled.length; at += 100) await send(shuffled.slice(at, at + 100), at % 500 === 0 ? 2 : 1);
  await countedAs(
    product,
    token,
    sent,
    report,
    `${late.length} out of order, up to ${minutes} minutes late, some sent twice`,
  );
  process.stdout.write(
    `  corrected ${((performance.now() - started) / 1_000).toFixed(1)} s after the first late one\n`,
  );
};

/** Every minute's counts and the budget against what was sent. */
const countedAs = async (
  product: Product,
  token: string,
  sent: readonly Ended[],
  report: Report,
  what: string,
): Promise<void> => {
  const expected = byMinute(sent);
  const all = [...expected.values()].reduce((sum, { good, bad }) => ({ good: sum.good + good, bad: sum.bad + bad }));
  await caughtUp(product, token, 120_000);
  await untilTrue(`the budget after ${what}`, 60_000, async () => {
    const found = await askApi<{ good: number; bad: number }>(product, token, `objectives/${service}`);
    return found.good === all.good && found.bad === all.bad;
  });
  const counts = connectCounts(product);
  const rows = await counts.query<{ at: number; good: string; bad: string }>(
    `-- Minutes of the only indicator that counts this service.
     SELECT toUnixTimestamp(bucket) AS at, good, bad FROM objectives_counts_minute FINAL
     WHERE indicator IN (SELECT indicator FROM objectives_counts_minute FINAL GROUP BY indicator HAVING sum(good + bad) = {all:UInt64})`,
    { params: { all: all.good + all.bad } },
  );
  await counts.close();
  const found = new Map(rows.map(({ at, good, bad }) => [Number(at), { good: Number(good), bad: Number(bad) }]));
  const wrong = [...expected].filter(
    ([at, { good, bad }]) => found.get(at)?.good !== good || found.get(at)?.bad !== bad,
  );
  report(
    wrong.length === 0,
    `late telemetry, ${what}: ${expected.size - wrong.length} of ${expected.size} minutes and the budget (${all.bad} bad of ${all.good + all.bad}) equal what was sent (target all)`,
  );
};

const byMinute = (sent: readonly Ended[]): Map<number, { good: number; bad: number }> => {
  const found = new Map<number, { good: number; bad: number }>();
  for (const { atMs, failed } of sent) {
    const at = Math.floor(atMs / 60_000) * 60;
    const each = found.get(at) ?? { good: 0, bad: 0 };
    found.set(at, failed ? { ...each, bad: each.bad + 1 } : { ...each, good: each.good + 1 });
  }
  return found;
};
