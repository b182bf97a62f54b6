import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { scheduleSpec } from '../../contract/schedules.ts';
import { firstVersion } from './edit.ts';
import { expand, onlyVersions } from './expand.ts';
import { twenty, type Case } from './testing/twenty.ts';

/**
 * Shifts of twenty schedules over two years, against an independent program in Python (`testing/oracle.py`, zoneinfo). Where the machine
 * has no python3, against the digests of what that program said (`testing/expected.json`; written anew with `ORACLE=write`).
 */
interface Answer {
  readonly shifts: readonly string[];
  readonly offsets: Readonly<Record<string, readonly (readonly [number, number])[]>>;
}
interface Expected {
  readonly version: string;
  readonly python: string;
  readonly answers: readonly { readonly shifts: number; readonly digest: string }[];
}

const cases = twenty.map((each) => ({ ...each, spec: scheduleSpec.parse(parse(each.yaml)) }));
const expectedFile = new URL('./testing/expected.json', import.meta.url);
const expected = (): Expected => JSON.parse(readFileSync(expectedFile, 'utf8')) as Expected;

const oracle = askPython();
const nodeVersion = process.versions['tz'];
process.stdout.write(
  oracle
    ? `oracle: python3 ${oracle.python} with tz ${oracle.version}; Node ${process.version} with tz ${nodeVersion}\n`
    : `oracle: no python3 with zoneinfo here; comparing with what python3 ${expected().python} (tz ${expected().version}) said; Node has tz ${nodeVersion}\n`,
);

function askPython(): { version: string; python: string; answers: readonly Answer[] } | null {
  const said = spawnSync('python3', [new URL('./testing/oracle.py', import.meta.url).pathname], {
    input: JSON.stringify({ cases: cases.map(({ spec, from, to }) => ({ spec, from, to })) }),
    maxBuffer: 256 * 1024 * 1024,
    encoding: 'utf8',
  });
  if (said.status === 0) return JSON.parse(said.stdout);
  const missing = said.error !== undefined || /No module named|ZoneInfoNotFound/u.test(said.stderr);
  if (missing) return null;
  throw new Error(`oracle.py failed: ${said.stderr}`);
}

const ours = ({ spec, from, to }: Case & { spec: (typeof cases)[number]['spec'] }): string[] =>
  expand(onlyVersions([firstVersion(spec)]), { from: Date.parse(from), to: Date.parse(to) }).shifts.map((shift) =>
    [shift.person, shift.from / 1_000, shift.to / 1_000, shift.layer ?? '', shift.kind].join('|'),
  );

const digest = (shifts: readonly string[]): string => createHash('sha256').update(shifts.join('\n')).digest('hex');

describe('twenty schedules over two years equal those of an independent program', () => {
  it('has twenty', () => expect(cases).toHaveLength(20));

  it.each(cases.map((each, index) => [each.name, each, index] as const))('%s', (_name, each, index) => {
    const mine = ours(each);
    if (oracle === null) {
      expect({ shifts: mine.length, digest: digest(mine) }).toEqual(expected().answers[index]);
      return;
    }
    // Both zone databases agree in these years, else the comparison would say nothing about this program.
    for (const [zone, offsets] of Object.entries(oracle.answers[index]!.offsets))
      expect([zone, offsetsOf(zone, each)]).toEqual([zone, offsets]);
    const theirs = oracle.answers[index]!.shifts;
    expect(firstDifference(mine, theirs)).toBeNull();
    expect(mine.length).toBeGreaterThan(10);
  });

  it('says what is kept for machines without python3', () => {
    if (oracle === null) return;
    const now: Expected = {
      version: oracle.version,
      python: oracle.python,
      answers: oracle.answers.map(({ shifts }) => ({ shifts: shifts.length, digest: digest(shifts) })),
    };
    if (process.env['ORACLE'] === 'write') writeFileSync(expectedFile, `${JSON.stringify(now, null, 2)}\n`);
    expect(expected().answers).toEqual(now.answers);
  });
});

const firstDifference = (mine: readonly string[], theirs: readonly string[]): object | null => {
  const at = [...mine, 'end'].findIndex((line, index) => line !== (theirs[index] ?? 'end'));
  return at < 0 ? null : { at, mine: mine.slice(at - 1, at + 3), theirs: theirs.slice(at - 1, at + 3) };
};

const offsetsOf = (zone: string, { from, to }: Case): [number, number][] => {
  const found: [number, number][] = [];
  const begin = Date.parse(from) / 1_000;
  for (let instant = begin - (begin % 3_600); instant < Date.parse(to) / 1_000; instant += 1_800) {
    const zoned = Temporal.Instant.fromEpochMilliseconds(instant * 1_000).toZonedDateTimeISO(zone);
    const offset = zoned.offsetNanoseconds / 1e9;
    if (offset !== found.at(-1)?.[1]) found.push([instant, offset]);
  }
  return found;
};
