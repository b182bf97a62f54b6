import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsers } from './parsers.ts';
import { payloadCases } from './payloads.cases.ts';

/** Times are compared as text: two Instants are equal where their text is. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_name, each) => (each instanceof Temporal.Instant ? each.toString() : each)));

describe('A payload becomes the right alert', () => {
  it.each(payloadCases)('$name', ({ kind, payload, expected }) => {
    const parsed = parsers[kind](payload, {});
    expect(parsed).toMatchObject({ ok: true, notes: [] });
    const alerts = parsed.ok ? parsed.alerts : [];
    expect(plain(alerts)).toMatchObject(plain(expected) as object[]);
    // What is expected of labels and links is all of them: toMatchObject looks at objects in part.
    for (const [index, { labels, links }] of expected.entries()) {
      if (labels) expect(alerts[index]!.labels).toEqual(labels);
      if (links) expect(alerts[index]!.links).toEqual(links);
    }
  });
});

/** What says only how the payload is made, or is said by another word: the status, the schema, and times by their meaning. */
const byMeaning = new Set([
  'status',
  'state',
  'State',
  'ProblemStatus',
  'schemaId',
  'version',
  'startsAt',
  'endsAt',
  'current_state',
  'monitorCondition',
  'snapshot',
  'firing',
]);

const leavesOf = (value: unknown, name = ''): string[] => {
  if (value === null || value === undefined || value === '' || byMeaning.has(name)) return [];
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, name));
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, each]) => leavesOf(each, key));
  return [String(value).trim()];
};

describe('Nothing of a payload is lost', () => {
  it.each(payloadCases)('$name', ({ kind, payload }) => {
    const parsed = parsers[kind](payload, {});
    const said = JSON.stringify(plain(parsed));
    const missing = leavesOf(payload).filter(
      (leaf) =>
        !leaf.startsWith('{') &&
        !leaf.startsWith('*UN') &&
        !leaf.startsWith('$') &&
        leaf !== '[]' &&
        !leaf
          .split(/\s*,\s*/u)
          .every((part) => part.split(':').every((word) => said.includes(JSON.stringify(word).slice(1, -1)))) &&
        !leaf.startsWith('[{'),
    );
    expect(missing).toEqual([]);
  });
});

const kinds = Object.keys(parsers) as (keyof typeof parsers)[];
/** Anything that JSON can say, names of real payloads among it. */
const names = [...new Set(payloadCases.flatMap(({ payload }) => namesIn(payload)))];
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => [name, ...namesIn(each)]);
}
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1e308,
      '',
      'ALARM',
      'firing',
      'OK',
      '\u0000',
      '\ud800',
      '__proto__',
      '9'.repeat(40),
    ),
    fc.string({ unit: 'binary' }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...names, '__proto__', 'constructor'), fc.string()), tie('tree'), {
      maxKeys: 8,
    }),
  ),
}));

/** One value of a real payload exchanged for another. */
const damaged = fc.tuple(fc.constantFrom(...payloadCases), fc.nat(), tree).map(([{ kind, payload }, place, value]) => {
  const places: ((to: unknown) => void)[] = [];
  const copy: unknown = structuredClone(payload);
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push((to) => ((node as Record<string, unknown>)[key] = to));
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(copy);
  places[place % places.length]?.(value);
  return { kind, payload: copy };
});

const mustHold = (kind: keyof typeof parsers, payload: unknown): void => {
  const parsed = parsers[kind](payload, {});
  if (!parsed.ok) {
    expect(parsed.faults.length).toBeGreaterThan(0);
    return;
  }
  for (const alert of parsed.alerts) {
    expect(alert.dedupKey.length).toBeGreaterThan(0);
    expect(alert.dedupKey.length).toBeLessThanOrEqual(512);
    expect(alert.summary.trim()).not.toBe('');
    expect(alert.summary).not.toContain('\n');
    const texts = [
      alert.dedupKey,
      alert.summary,
      alert.service ?? '',
      alert.by ?? '',
      ...Object.entries(alert.labels).flat(),
    ];
    for (const text of [...texts, ...Object.entries(alert.annotations).flat()])
      expect(text.isWellFormed() && !text.includes('\0')).toBe(true);
    for (const value of [...Object.values(alert.labels), ...Object.values(alert.annotations)])
      expect(typeof value).toBe('string');
    for (const { url } of alert.links) expect(url).toMatch(/^https?:\/\//iu);
  }
};

/** The same payloads in every run, so that a fault is found where somebody looks; another seed by hand finds further ones. */
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_123);

describe('Whatever a sender posts', () => {
  it('is read or refused with a place, never a crash', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), tree, (kind, payload) => mustHold(kind, payload)),
      { numRuns: 1_000, seed },
    );
  });

  it('so is a real payload of which one value was exchanged', () => {
    fc.assert(
      fc.property(damaged, ({ kind, payload }) => mustHold(kind, payload)),
      { numRuns: 4_000, seed },
    );
  });

  it.each(kinds)('%s: nested 6,000 deep, labels by the thousand', (kind) => {
    const deep: unknown = JSON.parse(`${'{"alerts":[{"labels":'.repeat(3_000)}{}${'}]}'.repeat(3_000)}`);
    const many = Object.fromEntries(
      Array.from({ length: 5_000 }, (_each, index) => [`label_${index}`, 'x'.repeat(20)]),
    );
    mustHold(kind, deep);
    for (const { payload } of payloadCases.filter((each) => each.kind === kind).slice(0, 1))
      mustHold(kind, { ...(payload as object), ...many, labels: many, tags: many, deep });
  });
});
