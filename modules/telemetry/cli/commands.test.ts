import { Command } from 'commander';
import { expect, it } from 'vitest';
import type { CliContext } from '../../../platform/cli/context.ts';
import { register } from './commands.ts';

it('`get signals` shows how many failed in its table, and the whole answer as JSON', async () => {
  const answer = { service: 'shop/cart', totals: { requests: 7, errors: 2 }, errors: [['2026-11-22T12:00:00Z', 0.5]] };
  const printed: { value: Record<string, unknown>; columns: readonly string[] }[] = [];
  const program = new Command();
  register(program, {
    call: async () => answer,
    print: (value: Record<string, unknown>, columns: readonly string[]) => printed.push({ value, columns }),
  } as unknown as CliContext);
  await program.parseAsync(['get', 'signals', 'shop/cart'], { from: 'user' });
  const [{ value, columns }] = printed as [(typeof printed)[number]];
  expect(value).toMatchObject(answer);
  const row = columns.map((column) => value[column]);
  expect(row).toEqual(expect.arrayContaining(['shop/cart', 7, 2]));
  expect(row).not.toContain(answer.errors);
});
