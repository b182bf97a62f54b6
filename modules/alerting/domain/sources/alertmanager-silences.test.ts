import { describe, expect, it } from 'vitest';
import {
  mayChangeInPlace,
  postedSilence,
  silenceFits,
  silenceOnWire,
  silenceState,
  sortedSilences,
  type PostedSilence,
  type ShownSilence,
} from './alertmanager-silences.ts';

const time = (text: string): Temporal.Instant => Temporal.Instant.from(`2026-11-23T${text}:00Z`);
const at = time('03:00');
const makePattern = (pattern: string) => {
  const made = new RegExp(`^(?:${pattern})$`, 'u');
  return (text: string): boolean => made.test(text);
};
const wire = (over: object = {}) => ({
  matchers: [{ name: 'alertname', value: 'Down', isRegex: false }],
  startsAt: '2026-11-23T03:00:00Z',
  endsAt: '2026-11-23T05:00:00Z',
  createdBy: 'ada',
  comment: 'works on it',
  ...over,
});
const posted = (body: unknown) => postedSilence(body, { at, makePattern });
const matcher = (over: object) => ({ matchers: [{ name: 'a', value: 'b', isRegex: false, ...over }] });

describe('a body of POST /api/v2/silences is refused as Debian’s Alertmanager 0.25 refuses it', () => {
  it.each([
    ['nothing', undefined, 422, { code: 602, message: 'silence in body is required' }],
    ['an empty object', {}, 422, { code: 602, message: 'comment in body is required' }],
    ['no author', wire({ createdBy: undefined }), 422, { code: 602, message: 'createdBy in body is required' }],
    [
      'no matchers',
      wire({ matchers: [] }),
      422,
      { code: 612, message: 'matchers in body should have at least 1 items' },
    ],
    [
      'a matcher that does not say whether it is a pattern',
      wire({ matchers: [{ name: 'a', value: 'b' }] }),
      422,
      { code: 602, message: 'matchers.0.isRegex in body is required' },
    ],
    [
      'an end at the beginning',
      wire({ endsAt: '2026-11-23T03:00:00Z' }),
      400,
      'Failed to create silence: start time must be before end time',
    ],
    [
      'an end that is over',
      wire({ startsAt: '2020-11-23T03:00:00Z', endsAt: '2020-11-23T04:00:00Z' }),
      400,
      "Failed to create silence: end time can't be in the past",
    ],
    [
      'what every alert without the label fits',
      wire(matcher({ value: '' })),
      400,
      'invalid silence: at least one matcher must not match the empty string',
    ],
    [
      'a pattern that says so too',
      wire(matcher({ value: '.*', isRegex: true })),
      400,
      'invalid silence: at least one matcher must not match the empty string',
    ],
  ])('%s', (_, body, status, said) => expect(posted(body)).toEqual({ status, body: said }));

  it('says what is wrong with a pattern', () =>
    expect(posted(wire(matcher({ value: '[', isRegex: true })))).toMatchObject({
      status: 400,
      body: expect.stringContaining('invalid label matcher 0: invalid regular expression "["'),
    }));

  it.each([
    ['a list', []],
    ['a time that is none', wire({ endsAt: 'tomorrow' })],
    ['a number as text', wire({ comment: 5 })],
    ['matchers that are no list', wire({ matchers: {} })],
    ['a truth as text', wire(matcher({ isRegex: 'no' }))],
  ])('%s', (_, body) => expect(posted(body)).toMatchObject({ status: 400, body: { code: 400 } }));
});

describe('a silence', () => {
  it('is read with its four kinds of matchers', () => {
    const kinds = [
      [false, true, '='],
      [false, false, '!='],
      [true, true, '=~'],
      [true, false, '!~'],
    ] as const;
    const matchers = kinds.map(([isRegex, isEqual]) => ({ name: 'a', value: 'b', isRegex, isEqual }));
    const read = posted(wire({ matchers })) as PostedSilence;
    expect(read.matchers.map(({ op }) => op)).toEqual(kinds.map(([, , op]) => op));
    expect(silenceOnWire({ ...read, id: 'x', updatedAt: at }, at)['matchers']).toEqual(matchers);
  });

  it('begins now where its beginning is Go’s zero time', () =>
    expect(posted(wire({ startsAt: '0001-01-01T00:00:00.000Z' }))).toMatchObject({ from: at }));

  const aSilence = (over: Partial<ShownSilence> = {}): ShownSilence => ({
    id: 's',
    matchers: [{ name: 'alertname', op: '=', value: 'Down' }],
    from: time('02:00'),
    to: time('04:00'),
    createdBy: 'ada',
    comment: '',
    updatedAt: at,
    ...over,
  });

  it.each([
    ['active', '02:00', '04:00'],
    ['active', '03:00', '04:00'],
    ['pending', '03:01', '04:00'],
    ['expired', '02:00', '03:00'],
  ])('is %s from %s to %s', (state, from, to) =>
    expect(silenceState({ from: time(from), to: time(to) }, at)).toBe(state),
  );

  const next = (over: Partial<PostedSilence> = {}): PostedSilence => ({ ...aSilence(), ...over });
  it.each([
    ['a longer end', aSilence(), next({ to: time('06:00') }), true],
    ['a beginning that was', aSilence(), next({ from: time('02:01') }), false],
    ['other matchers', aSilence(), next({ matchers: [{ name: 'alertname', op: '=~', value: 'Down' }] }), false],
    ['one to come, later', aSilence({ from: time('03:30') }), next({ from: time('03:40') }), true],
    ['one to come, before now', aSilence({ from: time('03:30') }), next({ from: time('02:40') }), false],
    ['one that is over', aSilence({ to: time('02:30') }), next(), false],
  ])('may change under its id: %s', (_, stands, wanted, may) => expect(mayChangeInPlace(stands, wanted, at)).toBe(may));

  it('is listed active, pending, expired, each by what comes next', () => {
    const all = [
      ['expired-first', '01:00', '01:30'],
      ['pending-last', '05:00', '06:00'],
      ['active-last', '01:00', '09:00'],
      ['expired-last', '01:00', '02:30'],
      ['pending-first', '04:00', '09:00'],
      ['active-first', '02:00', '03:30'],
    ] as const;
    const silences = all.map(([id, from, to]) => aSilence({ id, from: time(from), to: time(to) }));
    expect(sortedSilences(silences, at).map(({ id }) => id)).toEqual([
      'active-first',
      'active-last',
      'pending-first',
      'pending-last',
      'expired-last',
      'expired-first',
    ]);
  });

  it('fits a filter that has the same matcher, not one that its matcher would match', () => {
    const silence = aSilence({ matchers: [{ name: 'a', op: '=~', value: 'b.*' }] });
    expect(silenceFits(silence, [])).toBe(true);
    expect(silenceFits(silence, [{ name: 'a', op: '=~', value: 'b.*' }])).toBe(true);
    expect(silenceFits(silence, [{ name: 'a', op: '=', value: 'bc' }])).toBe(false);
  });
});
