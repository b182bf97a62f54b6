import { Refusal } from '../../kernel/problem.ts';
import { sameZone } from '../../kernel/zone.ts';
import type { CliContext } from '../../platform/cli/context.ts';
import type { KindDocument } from './check-files.ts';

/** One field that would change; `field` '' is a whole document. */
export interface Changed {
  readonly kind: string;
  readonly name: string;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * What applying a document of a kind of its own would change: each field that the file says, against what `get` gives. What the file
 * leaves out is not compared, because applying may keep it; unless the kind says that it replaces the whole.
 */
export const compareDocument = async (context: CliContext, { kind, document }: KindDocument): Promise<Changed[]> => {
  const { name } = document;
  const present = await presentOf(context, kind, name);
  if (present === null) return [{ kind: kind.kind, name, field: '', before: null, after: 'created' }];
  const said = saidOf(kind, document.value);
  const there = isObject(present) && isObject(present['spec']) ? present['spec'] : present;
  return compare(said.spec ?? {}, there, 'spec')
    .filter(({ field, before, after }) => !kind.meansSame?.(before, after, field))
    .map((each) => ({ kind: kind.kind, name, ...each }));
};

/** What the file says; with all defaults where applying would set them. */
const saidOf = (kind: KindDocument['kind'], value: unknown): { spec?: unknown } => {
  if (!kind.replacesWhole) return value as { spec?: unknown };
  const parsed = kind.schema.safeParse(value) as { success: boolean; data?: { spec?: unknown } };
  return parsed.data ?? (value as { spec?: unknown });
};

const presentOf = async (context: CliContext, kind: KindDocument['kind'], name: string): Promise<unknown> => {
  try {
    return (await kind.get(context, name))[0] ?? null;
  } catch (error) {
    if (error instanceof Refusal && error.problem.status === 404) return null;
    throw error;
  }
};

const compare = (
  after: unknown,
  before: unknown,
  field: string,
): { field: string; before: unknown; after: unknown }[] => {
  if (isObject(after) && isObject(before))
    return Object.entries(after).flatMap(([name, inner]) => compare(inner, before[name], `${field}.${name}`));
  if (Array.isArray(after) && Array.isArray(before) && after.length === before.length)
    return after.flatMap((inner, index) => compare(inner, before[index], `${field}.${index}`));
  return isSame(after, before, field) ? [] : [{ field, before: before ?? null, after: after ?? null }];
};

/** Two names of one zone (`UTC`, `Etc/UTC`) and two spellings of one instant are no difference: the server keeps what was said first. */
const isSame = (after: unknown, before: unknown, field: string): boolean => {
  if (JSON.stringify(after ?? null) === JSON.stringify(before ?? null)) return true;
  if (typeof after !== 'string' || typeof before !== 'string') return false;
  if (field.endsWith('.zone')) return sameZone(after, before);
  return instantOf(after) !== null && instantOf(after) === instantOf(before);
};

const instantOf = (text: string): number | null => {
  try {
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
