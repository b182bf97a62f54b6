import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DocumentKind } from '../../platform/cli/context.ts';
import { compareDocument } from './compare-documents.ts';

const schema = z.strictObject({
  kind: z.literal('Thing'),
  metadata: z.object({ name: z.string() }),
  spec: z.strictObject({ zone: z.string(), from: z.string().optional(), people: z.array(z.string()).default([]) }),
});
const present = { spec: { zone: 'UTC', from: '2026-01-01T00:00:00Z', people: ['p1'] } };
const kindOf = (more: Partial<DocumentKind> = {}): DocumentKind => ({
  kind: 'Thing',
  schema,
  apply: async () => 'unchanged',
  remove: async () => undefined,
  get: async () => [present],
  ...more,
});
const changesOf = async (spec: object, kind = kindOf()) => {
  const value = { kind: 'Thing', metadata: { name: 'a' }, spec };
  const document = { kind: 'Thing', name: 'a', value } as never;
  return (await compareDocument({} as never, { kind, document, file: 'a.yaml' } as never)).map(({ field, after }) => [
    field,
    after,
  ]);
};

describe('what apply would change', () => {
  it('is nothing where a zone or an instant is only written in another way', async () => {
    expect(await changesOf({ zone: 'Etc/UTC', from: '2026-01-01T01:00:00+01:00' })).toEqual([]);
    expect(await changesOf({ zone: 'Europe/Berlin', from: '2026-01-01T01:00:00Z' })).toEqual([
      ['spec.zone', 'Europe/Berlin'],
      ['spec.from', '2026-01-01T01:00:00Z'],
    ]);
  });

  it('leaves out what the file leaves out, unless applying replaces the whole', async () => {
    expect(await changesOf({ zone: 'UTC' })).toEqual([]);
    expect(await changesOf({ zone: 'UTC', from: present.spec.from }, kindOf({ replacesWhole: true }))).toEqual([
      ['spec.people', []],
    ]);
  });
});
