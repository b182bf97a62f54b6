import { firstVersion } from '../modules/oncall/domain/schedule/edit.ts';
import { expand, onlyVersions } from '../modules/oncall/domain/schedule/expand.ts';
import type { Layer, ScheduleSpec } from '../modules/oncall/domain/schedule/schedule.ts';
import type { Take } from '../modules/oncall/domain/schedule/shift.ts';

/**
 * `npm run bench:schedule`: a year of a follow-the-sun schedule with 3 sites, 24 people and 200 overrides, expanded again and again.
 * Half of the overrides stand in the document, half were made by hand; every fifth replaces one person only.
 */
const targetMs = 50;
const rounds = 200;

const sites = [
  { name: 'sydney', zone: 'Australia/Sydney' },
  { name: 'london', zone: 'Europe/London' },
  { name: 'seattle', zone: 'America/Los_Angeles' },
] as const;
const peopleOf = (site: string): string[] => Array.from({ length: 8 }, (_, index) => `${site}-${index + 1}`);
const layers: Layer[] = sites.map(({ name, zone }) => ({
  name,
  zone,
  rotation: {
    unit: 'day',
    length: 1,
    start: '2026-01-01',
    handoffAt: '08:00',
    days: [],
    handoffs: [],
    advance: 'handoff',
  },
  calendar: null,
  people: peopleOf(name),
  changes: [],
  restrictions: [{ days: [], from: '08:00', to: '17:00' }],
  whenAway: 'next',
}));
const from = Date.parse('2026-01-01T00:00:00Z');
const hourMs = 3_600_000;
const everybody = sites.flatMap(({ name }) => peopleOf(name));
const takes: Take[] = Array.from({ length: 200 }, (_, index) => {
  const begin = from + index * 43 * hourMs;
  return {
    id: String(index),
    person: everybody[index % everybody.length]!,
    kind: 'override',
    layer: null,
    replaces: index % 5 === 0 ? everybody[(index + 1) % everybody.length]! : null,
    from: begin,
    to: begin + (4 + (index % 30)) * hourMs,
    madeAt: index,
  };
});
const iso = (ms: number): string => Temporal.Instant.fromEpochMilliseconds(ms).toString();
const spec: ScheduleSpec = {
  title: '',
  description: '',
  team: null,
  zone: 'UTC',
  layers,
  overrides: takes
    .filter((_, index) => index % 2 === 0)
    .map((take) => ({ ...take, from: iso(take.from), to: iso(take.to), note: '' })),
};
const given = { ...onlyVersions([firstVersion(spec)]), takes: takes.filter((_, index) => index % 2 === 1) };
const year = { from, to: Date.parse('2027-01-01T00:00:00Z') };

/** Wall and processor time of one expansion: on a machine that does much else only the latter is the program's. */
const measured = (): { wallMs: number; cpuMs: number; shifts: number; gaps: number } => {
  const begin = performance.now();
  const before = process.cpuUsage();
  const { shifts, gaps } = expand(given, year);
  const { user, system } = process.cpuUsage(before);
  return {
    wallMs: performance.now() - begin,
    cpuMs: (user + system) / 1_000,
    shifts: shifts.length,
    gaps: gaps.length,
  };
};
const cold = measured();
const warm = Array.from({ length: rounds }, measured);
const at = (share: number, of: 'wallMs' | 'cpuMs'): number =>
  warm.map((each) => each[of]).toSorted((a, b) => a - b)[Math.floor(rounds * share)]!;
const words = ({ wallMs, cpuMs }: { wallMs: number; cpuMs: number }): string =>
  `${wallMs.toFixed(1)} ms (processor ${cpuMs.toFixed(1)} ms)`;
const p99 = { wallMs: at(0.99, 'wallMs'), cpuMs: at(0.99, 'cpuMs') };
process.stdout.write(
  `${layers.length} sites, ${everybody.length} people, ${takes.length} overrides, one year: ${cold.shifts} shifts, ${cold.gaps} gaps; target ≤ ${targetMs} ms\n` +
    `the first in a new process ${words(cold)}\n` +
    `of ${rounds} more: p50 ${words({ wallMs: at(0.5, 'wallMs'), cpuMs: at(0.5, 'cpuMs') })}, p99 ${words(p99)}\n`,
);
if (cold.cpuMs > targetMs || p99.cpuMs > targetMs) {
  process.stdout.write('The target was missed.\n');
  process.exitCode = 1;
}
