import { describe, expect, it } from 'vitest';
import { scheduleSpec } from '../../contract/schedules.ts';

const layer = (rotation: object = {}, more: object = {}) => ({
  name: 'a',
  rotation: { unit: 'day', start: '2026-01-06', ...rotation },
  people: ['p1'],
  ...more,
});
const override = (from: string, to: string, more: object = {}) => ({
  person: 'p1',
  from: `2026-01-${from}:00:00Z`,
  to: `2026-01-${to}:00:00Z`,
  ...more,
});

/** Each wrong field with the beginning of what is said of it; the form of the fields is the contract's, the rest `check.ts`. */
const wrong = (spec: object): [string, string][] =>
  (scheduleSpec.safeParse({ zone: 'UTC', ...spec }).error?.issues ?? []).map(({ path, message }) => [
    path.join('.'),
    message,
  ]);

describe('A schedule that cannot be is refused, and the field is named', () => {
  it.each<[string, object, string, RegExp]>([
    ['nobody', { layers: [layer({}, { people: [] })] }, 'layers.0.people', /nobody is in it/u],
    ['only buffers', { layers: [layer({}, { people: [null, null] })] }, 'layers.0.people', /nobody is in it/u],
    [
      'nobody from a date on',
      { layers: [layer({}, { changes: [{ at: '2026-03-01', people: [] }] })] },
      'layers.0.changes.0.people',
      /nobody/u,
    ],
    [
      'neither rotation nor calendar',
      { layers: [{ name: 'a', people: ['p1'] }] },
      'layers.0.rotation',
      /needs a rotation/u,
    ],
    [
      'both',
      { layers: [layer({}, { calendar: { url: 'https://a.example/c.ics' } })] },
      'layers.0.calendar',
      /not both/u,
    ],
    [
      'a file as calendar',
      { layers: [{ name: 'a', calendar: { url: 'file:///etc/passwd' } }] },
      'layers.0.calendar.url',
      /http/u,
    ],
    ['two layers of one name', { layers: [layer(), layer()] }, 'layers.1.name', /two layers a/u],
    [
      'a day that no year has',
      { layers: [layer({ start: '2026-02-29' })] },
      'layers.0.rotation.start',
      /calendar has/u,
    ],
    [
      'a time that no clock has',
      { layers: [layer({ handoffAt: '24:00' })] },
      'layers.0.rotation.handoffAt',
      /time of day/u,
    ],
    [
      'hand-offs of days',
      { layers: [layer({ handoffs: [{ day: 'mon', at: '09:00' }] })] },
      'layers.0.rotation.handoffs',
      /unit: week/u,
    ],
    [
      'a hand-off after the period',
      { layers: [layer({ unit: 'week', handoffs: [{ day: 'mon', at: '09:00', week: 2 }] })] },
      'layers.0.rotation.handoffs.0.week',
      /only 1 weeks/u,
    ],
    [
      'weeks of hours that never begin on the day',
      { layers: [layer({ unit: 'hour', length: 168, days: ['mon'] })] },
      'layers.0.rotation.days',
      /no turn ever begins/u,
    ],
    [
      'overrides that overlap',
      { layers: [layer()], overrides: [override('05T00', '07T00'), override('06T23', '08T00')] },
      'overrides.1',
      /overlaps/u,
    ],
    [
      'an override that ends before it begins',
      { layers: [layer()], overrides: [override('06T00', '05T00')] },
      'overrides.0.to',
      /not after/u,
    ],
    [
      'an override of no layer',
      { layers: [layer()], overrides: [override('05T00', '06T00', { layer: 'b' })] },
      'overrides.0.layer',
      /no layer b/u,
    ],
    ['an offset for a zone', { zone: '+02:00', layers: [layer()] }, 'zone', /no zone of the time zone database/u],
    [
      'a date for an instant',
      { layers: [layer()], overrides: [{ person: 'p1', from: '2026-01-05', to: '2026-01-06' }] },
      'overrides.0.from',
      /instant/u,
    ],
  ])('%s', (_name, spec, path, message) => {
    const found = wrong(spec);
    expect(found[0]?.[0]).toBe(path);
    expect(found[0]?.[1]).toMatch(message);
  });

  it.each<[string, object]>([
    [
      'overrides that follow each other',
      { layers: [layer()], overrides: [override('05T00', '06T00'), override('06T00', '07T00')] },
    ],
    [
      'overrides of two people at once',
      {
        layers: [layer()],
        overrides: [override('05T00', '07T00', { replaces: 'p2' }), override('05T00', '07T00', { replaces: 'p3' })],
      },
    ],
    ['a calendar', { layers: [{ name: 'a', calendar: { url: 'webcal://a.example/c.ics' } }] }],
  ])('but not %s', (_name, spec) => expect(wrong(spec)).toEqual([]));
});
