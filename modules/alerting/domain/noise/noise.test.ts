import { describe, expect, it } from 'vitest';
import { inhibitionDocument } from '../../contract/policy.ts';
import { routeDocument } from '../../contract/policy.ts';
import { silenceDocument } from '../../contract/silences.ts';
import { upperBound } from './find-unactionable.ts';
import type { PastAlert } from './history.ts';
import { wordsOf } from './proposal.ts';
import { findNoise, savedByAll } from './report.ts';

const minute = 60_000;
const day = 1_440 * minute;
const start = Date.parse('2026-10-01T00:00:00Z');
let count = 0;
const fired = (name: string, at: number, more: Partial<PastAlert> = {}): PastAlert => ({
  id: `id-${(count += 1)}`,
  integration: 'prometheus',
  fingerprint: `${name}-1a2b3c`,
  name,
  labels: { alertname: name, service: 'shop/checkout', instance: 'a:1' },
  service: 'shop/checkout',
  owner: 'payments',
  startsAt: start + at,
  endsAt: start + at + 5 * minute,
  notified: true,
  disturbed: true,
  actions: 0,
  useful: null,
  ...more,
});
const daily = (name: string, days: number, more: Partial<PastAlert> = {}): PastAlert[] =>
  Array.from({ length: days }, (_, index) => fired(name, index * day, more));
const kinds = (alerts: PastAlert[]) =>
  findNoise(alerts).findings.map(({ kind, series }) => [kind, series.firings[0]!.name]);

describe('flapping', () => {
  const stretch = (at: number, times: number) =>
    Array.from({ length: times }, (_, index) => fired('Latency', at + index * 12 * minute, { actions: 1 }));
  it('is what comes and goes in three stretches and more, and one telling a stretch would have been enough', () => {
    const { findings } = findNoise([0, 1, 2].flatMap((n) => stretch(n * day, 5)));
    expect(findings).toMatchObject([
      { kind: 'flapping', found: { stretches: 3, times: 15, saved: 12, restMs: 7 * minute } },
    ]);
  });
  it('is not a burst in one or two incidents, nor one firing a day', () => {
    expect(kinds([0, 1].flatMap((n) => stretch(n * day, 9)))).toEqual([]);
    expect(kinds(daily('Latency', 40, { actions: 1 }))).toEqual([]);
  });
});

describe('two that tell of one cause', () => {
  const follow = (days: number, share: number, minutes: number) =>
    Array.from({ length: days }, (_, index) => index)
      .filter((index) => index % 10 < share * 10)
      .map((index) => fired('Errors', index * day + minutes * minute, { actions: 1 }));
  it('are those of one service that begin within minutes, nearly always and both ways; the first stays', () => {
    const { findings } = findNoise([...daily('Latency', 20, { actions: 1 }), ...follow(20, 0.9, 2)]);
    expect(findings).toMatchObject([{ kind: 'duplicate', found: { meetings: 18, saved: 18 } }]);
    expect(findings[0]!.series.firings[0]!.name).toBe('Errors');
  });
  it('are not a cascade, which goes one way, nor two of different services, nor an hour apart', () => {
    expect(kinds([...daily('Latency', 20, { actions: 1 }), ...follow(20, 0.5, 2)])).toEqual([]);
    expect(
      kinds([...daily('Latency', 20, { actions: 1 }), ...daily('Latency2', 20, { actions: 1, service: 'b' })]),
    ).toEqual([]);
    expect(kinds([...daily('Latency', 20, { actions: 1 }), ...follow(20, 1, 60)])).toEqual([]);
  });
});

describe('what nobody acts on', () => {
  it('came eight times at least and went by itself; an act now and then does not make it useful', () => {
    expect(kinds(daily('Cpu', 8))).toEqual([['unactionable', 'Cpu']]);
    expect(kinds(daily('Cpu', 7))).toEqual([]);
    expect(kinds([...daily('Cpu', 9), fired('Cpu', 9 * day, { actions: 2 })])).toEqual([['unactionable', 'Cpu']]);
    expect(kinds([...daily('Cpu', 6), ...[6, 7].map((n) => fired('Cpu', n * day, { useful: true }))])).toEqual([]);
  });
  it('is not what nobody was told of', () => {
    expect(kinds(daily('Cpu', 30, { notified: false, disturbed: false }))).toEqual([]);
  });
  // Oracle: R, prop.test(1, 20, correct = FALSE)$conf.int[2] and prop.test(0, 8, correct = FALSE)$conf.int[2]
  it('says how sure it is by Wilson’s interval', () => {
    expect(upperBound(1, 20)).toBeCloseTo(0.2361, 3);
    expect(upperBound(0, 8)).toBeCloseTo(0.3244, 3);
  });
});

it('an owner of earlier times is none, a later one is', () => {
  const gone = [...daily('Disk', 3), ...[3, 4, 5].map((n) => fired('Disk', n * day, { owner: null }))];
  expect(kinds(gone)).toEqual([['ownerless', 'Disk']]);
  expect(kinds([...gone, fired('Disk', 6 * day)])).toEqual([]);
});

it('proposes documents that can be applied as they stand, and counts what is saved once', () => {
  const noise = findNoise([
    ...daily('CpuHigh', 10),
    ...daily('CpuHighElsewhere', 10, { integration: 'datadog' }),
    fired('日本', 0, { owner: null, labels: {}, service: null }),
  ]);
  expect(savedByAll(noise.findings)).toBe(20);
  const schemas: Record<string, { parse(document: unknown): unknown }> = {
    Route: routeDocument,
    Silence: silenceDocument,
    Inhibition: inhibitionDocument,
  };
  const documents = noise.findings.flatMap((finding) =>
    wordsOf(finding, start + 30 * day).proposals.flatMap(({ document }) => (document === null ? [] : [document])),
  );
  expect(new Set(documents.map(({ kind }) => kind))).toEqual(new Set(Object.keys(schemas)));
  for (const document of documents)
    // The name of the team is for people to put in.
    schemas[String(document['kind'])]!.parse(JSON.parse(JSON.stringify(document).replace('"TEAM"', '"payments"')));
});
