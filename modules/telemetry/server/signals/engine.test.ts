import { expect, it } from 'vitest';
import type { Refusal } from '../../../../kernel/problem.ts';
import type { ClickHouse } from '../../../../platform/clickhouse/clickhouse.ts';
import { createEngine } from './engine.ts';

const away = async (kind: ClickHouse['kind'], detail: string): Promise<string | undefined> => {
  const engine = createEngine({ kind, status: () => ({ state: 'down', detail }) } as unknown as ClickHouse);
  const refusal: Refusal = await engine.read('SELECT 1', {}).then(
    () => expect.unreachable(),
    (error: Refusal) => error,
  );
  expect(refusal.problem).toMatchObject({ status: 503, code: 'telemetry.engine-away' });
  return refusal.problem.detail;
};

it('a read while the engine is away says what happens next, and only of our own that it is started again', async () => {
  expect(await away('embedded', '')).toBe('It is started again by itself; what arrives meanwhile is kept.');
  expect(await away('external', 'It is used again as soon as it answers.')).toBe(
    'It is used again as soon as it answers. What arrives meanwhile is kept.',
  );
});
