import type { z } from 'zod';
import type { previewSchedule } from '../../contract/schedules.ts';
import { firstVersion, versionAfter } from '../../domain/schedule/edit.ts';
import { expand } from '../../domain/schedule/expand.ts';
import type { Given, Shift, Stretch } from '../../domain/schedule/shift.ts';
import { stretchOf } from '../../domain/schedule/check.ts';
import { onlyVersions } from '../../domain/schedule/expand.ts';

type Asked = z.output<typeof previewSchedule.body>;

/** Who would be on call after a change, and where that differs from now. */
export interface Preview {
  readonly shifts: readonly Shift[];
  readonly shadows: readonly Shift[];
  readonly gaps: readonly Stretch[];
  readonly changes: readonly (Stretch & { readonly before: string | null; readonly after: string | null })[];
}

/**
 * What a change would do, made at `now`. `present` is null where there is no such schedule yet. Takes that are taken back end now, as they
 * would.
 */
export const previewOf = (present: Given | null, asked: Asked, window: Stretch, now: number): Preview => {
  const before = present ?? onlyVersions([]);
  const after = changed(before, asked, now);
  const [old, next] = [expand(before, window), expand(after, window)];
  return { ...next, changes: differences(old.shifts, next.shifts, window) };
};

const changed = (given: Given, { spec, override, withoutOverride }: Asked, now: number): Given => {
  const last = given.versions.at(-1);
  const versions =
    spec === undefined
      ? given.versions
      : [
          ...given.versions,
          last === undefined ? firstVersion(spec) : versionAfter(last, spec, Math.max(now, last.from)),
        ];
  const kept = given.takes.map((take) =>
    take.id === withoutOverride ? { ...take, to: Math.min(take.to, now) } : take,
  );
  if (override === undefined) return { ...given, versions, takes: kept };
  const { from, to } = stretchOf(override);
  const { person, layer, replaces } = override;
  const take = {
    id: 'preview',
    person,
    kind: 'override' as const,
    from: Math.max(from, now),
    to,
    layer,
    replaces,
    madeAt: now,
  };
  return { ...given, versions, takes: [...kept, take] };
};

/** Stretches in which another person would be on call, joined where the same two follow each other. */
export const differences = (
  before: readonly Shift[],
  after: readonly Shift[],
  window: Stretch,
): (Stretch & { before: string | null; after: string | null })[] => {
  const edges = [...new Set([window.from, window.to, ...[...before, ...after].flatMap(({ from, to }) => [from, to])])];
  edges.sort((a, b) => a - b);
  const found: (Stretch & { before: string | null; after: string | null })[] = [];
  let [one, other] = [0, 0];
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const [from, to] = [edges[index]!, edges[index + 1]!];
    while (one < before.length && before[one]!.to <= from) one += 1;
    while (other < after.length && after[other]!.to <= from) other += 1;
    const said = { before: holderAt(before[one], from), after: holderAt(after[other], from) };
    if (said.before === said.after) continue;
    const last = found.at(-1);
    if (last && last.to === from && last.before === said.before && last.after === said.after)
      found[found.length - 1] = { ...last, to };
    else found.push({ from, to, ...said });
  }
  return found;
};

const holderAt = (shift: Shift | undefined, instant: number): string | null =>
  shift !== undefined && shift.from <= instant && instant < shift.to ? shift.person : null;
