import type { Ground } from '../../../../platform/module/ground.ts';
import { getSource, type SourceReading } from '../../contract/source.ts';
import { sourceReadings, type SourceGround } from './reading.ts';

/** A source is asked at most this often for one objective, however many people look. */
const askedEveryMs = 60_000;
const rememberedMax = 200;

/** Puts the route that says how outside sources are read on the HTTP ground. */
export const addSourceRoutes = (
  ground: Pick<Ground, 'http' | 'postgres' | 'clickhouse' | 'clock' | 'ledger' | 'config'>,
  secrets: SourceGround['secrets'],
): void => {
  const remembered = new Map<string, { readonly atMs: number; readonly answer: Promise<SourceReading[]> }>();
  ground.http.route(getSource, async ({ params: { name } }) => {
    const nowMs = ground.clock.monotonicMs();
    const known = remembered.get(name);
    if (known && nowMs - known.atMs < askedEveryMs) return { items: await known.answer };
    const answer = sourceReadings({ ...ground, secrets }, name);
    answer.catch(() => remembered.delete(name));
    remembered.delete(name);
    remembered.set(name, { atMs: nowMs, answer });
    if (remembered.size > rememberedMax) remembered.delete(remembered.keys().next().value!);
    return { items: await answer };
  });
};
