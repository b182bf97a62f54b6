import { describe, expect, it } from 'vitest';
import { capDefault, capInWords, decideCap, type Cap } from './cap.ts';
import { isNightAt, nightTime, timeByClass, weekendsTouched } from './classes.ts';
import { compensationOf, compensationSheet, noCompensation } from './compensation.ts';
import { fairness } from './fairness.ts';
import { handOverText } from './hand-over-text.ts';
import { hoursAwake, loadOf, shiftLoads, type Interrupt } from './load.ts';
import { judgeTeamSize } from './team-size.ts';

const at = (text: string): number => Date.parse(text);
const stretch = (from: string, to: string) => ({ from: at(from), to: at(to) });
const minute = 60_000;

describe('time by class', () => {
  // Minutes counted one by one with Python's zoneinfo: ordinary, night, weekend, and night also of weekends.
  it.each([
    ['a week', '2026-11-23T08:00:00Z', '2026-11-30T08:00:00Z', 'Europe/Berlin', [4800, 2400, 2880, 3360]],
    [
      'over the beginning of summer time',
      '2026-03-27T12:00:00Z',
      '2026-03-30T12:00:00Z',
      'Europe/Berlin',
      [1020, 480, 2820, 1380],
    ],
    ['over its end', '2026-10-23T12:00:00Z', '2026-10-26T12:00:00Z', 'Europe/Berlin', [900, 480, 2940, 1500]],
    [
      'where the clock moves by half an hour',
      '2026-10-02T00:00:00Z',
      '2026-10-06T00:00:00Z',
      'Australia/Lord_Howe',
      [1950, 960, 2850, 1890],
    ],
    [
      'between full hours, at UTC+5:45',
      '2026-11-23T03:17:00Z',
      '2026-11-24T19:41:00Z',
      'Asia/Kathmandu',
      [1738, 686, 0, 686],
    ],
    [
      'at UTC+12:45 over its change',
      '2026-09-25T00:00:00Z',
      '2026-09-29T00:00:00Z',
      'Pacific/Chatham',
      [1980, 960, 2820, 1860],
    ],
  ])('%s', (_, from, to, zone, [ordinary, night, weekend, nights]) => {
    const found = timeByClass(stretch(from, to), zone);
    expect([found.ordinary, found.night, found.weekend].map((ms) => ms / minute)).toEqual([ordinary, night, weekend]);
    expect(nightTime(stretch(from, to), zone) / minute).toBe(nights);
  });

  it('knows the night of the person, and each weekend once', () => {
    expect(isNightAt(at('2026-11-23T21:00:00Z'), 'Europe/Berlin')).toBe(true);
    expect(isNightAt(at('2026-11-23T21:00:00Z'), 'America/New_York')).toBe(false);
    expect(weekendsTouched(stretch('2026-11-27T00:00:00Z', '2026-12-06T12:00:00Z'), 'UTC')).toEqual([
      '2026-11-28',
      '2026-12-05',
    ]);
    expect(weekendsTouched(stretch('2026-11-23T00:00:00Z', '2026-11-25T12:00:00Z'), 'UTC')).toEqual([]);
  });
});

const page = (over: Partial<Interrupt> & Pick<Interrupt, 'at'>): Interrupt => ({
  person: 'a',
  page: String(over.at),
  summary: 'x',
  urgency: 'high',
  until: over.at + 30 * minute,
  answered: true,
  ...over,
});

describe('hours awake', () => {
  const night = at('2026-11-24T01:00:00Z');
  it.each([
    ['half an hour at night', [page({ at: night })], 0.5],
    ['nothing by day', [page({ at: at('2026-11-24T12:00:00Z') })], 0],
    ['two at once, counted once', [page({ at: night }), page({ at: night + 15 * minute })], 0.75],
    ['what goes on is bounded by six hours, of which five are night', [page({ at: night, until: null })], 5],
    [
      'from before midnight into the morning',
      [page({ at: at('2026-11-23T21:30:00Z'), until: at('2026-11-23T22:30:00Z') })],
      0.5,
    ],
  ])('%s', (_, interrupts, hours) => expect(hoursAwake(interrupts, 'UTC', night + 86_400_000)).toBe(hours));
});

it('counts two schedules at one time as one person on call', () => {
  const duty = (schedule: string, from: string, to: string) => ({ schedule, person: 'a', ...stretch(from, to) });
  const [found] = loadOf({
    people: [{ name: 'a', zone: 'UTC' }],
    duties: [
      duty('x', '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z'),
      duty('y', '2026-11-23T12:00:00Z', '2026-11-24T12:00:00Z'),
    ],
    interrupts: [],
    ...stretch('2026-11-23T06:00:00Z', '2026-12-01T00:00:00Z'),
  });
  expect(found).toMatchObject({
    shifts: 2,
    hoursOnCall: 30,
    hoursOrdinary: 22,
    hoursNight: 8,
    hoursWeekend: 0,
    weekends: 0,
  });
});

describe("Jain's index", () => {
  // Values of the report itself (DEC-TR-301, section 3): 1 for equal shares, k/n where k of n share equally, and a worked case.
  it.each([
    ['all the same', [7, 7, 7, 7], 1],
    ['one for all', [10, 0, 0, 0], 0.25],
    ['two of four', [5, 5, 0, 0], 0.5],
    ['one, two, three', [1, 2, 3], 36 / 42],
    ['nothing to carry', [0, 0], null],
    ['nobody', [], null],
  ])('%s', (_, loads, index) => {
    const found = fairness(loads);
    if (index === null) expect(found).toBeNull();
    else expect(found).toBeCloseTo(index, 12);
  });
});

describe('the cap', () => {
  const now = at('2026-11-23T20:00:00Z');
  const ago = (hours: number): number => now - hours * 3_600_000;
  const handOn: Cap = { ...capDefault, then: 'hand-on' };
  it.each([
    ['the second page', capDefault, 'high', [ago(1)], 'b', 'within-cap'],
    ['the third, warned', capDefault, 'high', [ago(1), ago(3)], 'b', 'over-cap-warned'],
    ['the third, handed on', handOn, 'high', [ago(1), ago(3)], 'b', 'over-cap-handed-on'],
    ['the third, where nobody is next', handOn, 'high', [ago(1), ago(3)], null, 'over-cap-nobody-next'],
    ['after twelve hours', handOn, 'high', [ago(12), ago(13)], 'b', 'within-cap'],
    ['of low urgency', handOn, 'low', [ago(1), ago(2), ago(3)], 'b', 'low-urgency'],
  ] as const)('%s', (_, cap, urgency, before, next, reason) => {
    const decision = decideCap({ cap, urgency, before, now, next });
    expect(decision.reason).toBe(reason);
    expect(decision.to).toBe(reason === 'over-cap-handed-on' ? 'next' : 'person');
    expect(capInWords(decision, 'a', cap)).toContain('the cap is 2');
  });
  it('is judged over the worst hours of a shift', () => {
    const duty = { schedule: 's', person: 'a', from: ago(24), to: now };
    const interrupts = [ago(23), ago(13), ago(5), ago(3), ago(2)].map((each) => page({ at: each }));
    expect(shiftLoads({ zones: new Map(), duties: [duty], interrupts, capHours: 12, now })[0]).toMatchObject({
      interrupts: 5,
      worstWithinCap: 4,
    });
  });
});

describe('the size of a team by the book', () => {
  it.each([
    ['eight on one site', [8], 'enough'],
    ['seven on one site', [7], 'too-few'],
    ['six on each of two', [6, 6], 'enough'],
    ['five on one of two', [6, 5], 'least'],
    ['four on one of two', [6, 4], 'too-few'],
    ['nobody', [], 'too-few'],
  ] as const)('%s', (_, people, verdict) =>
    expect(judgeTeamSize(people.map((each, index) => ({ zone: `Z${index}`, people: each }))).verdict).toBe(verdict),
  );
});

describe('compensation', () => {
  const load = loadOf({ people: [{ name: 'a', zone: 'UTC' }], duties: [], interrupts: [], from: 0, to: 1 })[0]!;
  const worked = { ...load, hoursOrdinary: 10, hoursNight: 4, hoursWeekend: 8.5, pagesAtNight: 2, hoursAwake: 1.25 };
  const rules = {
    unit: 'EUR',
    perHourOrdinary: 1.5,
    perHourNight: 3,
    perHourWeekend: 4,
    perPageAtNight: 20,
    perHourAwake: 30,
  };
  it('is the sum of what each hour and page is worth', () => {
    expect(compensationOf(worked, rules)).toBe(10 * 1.5 + 4 * 3 + 8.5 * 4 + 2 * 20 + 1.25 * 30);
    expect(compensationOf(worked, noCompensation)).toBe(0);
  });
  it('is a sheet that a spreadsheet reads and does not run', () => {
    const sheet = compensationSheet([{ ...worked, person: '=1+1', zone: 'a,"b"' }], rules, { from: 'x', to: 'y' });
    const [head, line, end] = sheet.split('\r\n');
    expect(head!.split(',')).toHaveLength(15);
    expect(line).toBe(`'=1+1,"a,""b""",x,y,0,0,10,4,8.5,0,0,2,1.25,${compensationOf(worked, rules)},EUR`);
    expect(end).toBe('');
  });
});

it('begins a hand-over note with what is still open', () => {
  const one = { summary: 'Disk full', raisedAt: '2026-11-23T10:00:00Z', acknowledgedBy: 'a', times: 3 };
  const text = handOverText({
    schedule: 'payments',
    from: '2026-11-23T08:00:00Z',
    to: '2026-11-30T08:00:00Z',
    zone: 'Europe/Berlin',
    pages: [
      { ...one, state: 'resolved' },
      { ...one, summary: 'Slow', state: 'acknowledged', times: 1 },
    ],
  });
  expect(text.indexOf('Slow')).toBeLessThan(text.indexOf('Disk full, 3 times (a)'));
  expect(text).toContain(
    '# payments, Mon 23 Nov 2026, 09:00 (Europe/Berlin) to Mon 30 Nov 2026, 09:00 (Europe/Berlin)',
  );
  const none = { schedule: 's', from: '2026-11-23T08:00:00Z', to: '2026-11-30T08:00:00Z', zone: 'UTC', pages: [] };
  expect(handOverText(none)).toContain('No page came');
});
