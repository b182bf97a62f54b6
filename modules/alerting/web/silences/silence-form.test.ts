import { describe, expect, it } from 'vitest';
import {
  againOf,
  matcherFault,
  matchersInCommon,
  readMatchers,
  silenceBody,
  silenceFaults,
  type SilenceForm,
} from './silence-form.ts';
import { againAsked, againBegun, ruleOf, type AgainForm } from './silence-times.ts';

const now = Temporal.Instant.from('2026-11-23T06:00:00Z');
const aForm = (given: Partial<SilenceForm> = {}): SilenceForm => ({
  matchers: ['service="shop/cart"', ''],
  kind: 'once',
  from: '',
  length: 'PT2H',
  to: '',
  days: ['SU'],
  monthlyOn: 'day',
  dayOfMonth: '1',
  ordinal: '1',
  weekday: 'SU',
  rule: '',
  firstDay: '',
  time: '02:30',
  zone: 'Europe/Berlin',
  why: ' The disks are changed ',
  ...given,
});
const again = (given: Partial<AgainForm>): AgainForm => againOf(aForm({ kind: 'daily', ...given }))!;

describe('a silence is what was said', () => {
  it('once: from now, for so long', () => {
    expect(silenceBody(aForm(), null)).toEqual({
      match: ['service="shop/cart"'],
      why: 'The disks are changed',
      duration: 'PT2H',
    });
  });
  it.each<[string, Partial<AgainForm>, string]>([
    ['every day', { kind: 'daily' }, 'FREQ=DAILY'],
    ['on days of each week, in their order', { kind: 'weekly', days: ['SU', 'WE'] }, 'FREQ=WEEKLY;BYDAY=WE,SU'],
    ['on a day of each month', { kind: 'monthly', dayOfMonth: '15' }, 'FREQ=MONTHLY;BYMONTHDAY=15'],
    ['on the last day of each month', { kind: 'monthly', dayOfMonth: '-1' }, 'FREQ=MONTHLY;BYMONTHDAY=-1'],
    [
      'on the second Tuesday of each month',
      { kind: 'monthly', monthlyOn: 'weekday', ordinal: '2', weekday: 'TU' },
      'FREQ=MONTHLY;BYDAY=2TU',
    ],
    [
      'on the last Friday of each month',
      { kind: 'monthly', monthlyOn: 'weekday', ordinal: '-1', weekday: 'FR' },
      'FREQ=MONTHLY;BYDAY=-1FR',
    ],
    ['by a rule as it is written', { kind: 'rule', rule: ' RRULE:FREQ=YEARLY;COUNT=2 ' }, 'FREQ=YEARLY;COUNT=2'],
  ])('again and again, %s', (_, given, rule) => {
    expect(ruleOf(again(given))).toBe(rule);
  });
  it('is counted from a week ago, so that the time that holds now is among its times, or from the day that was said', () => {
    // 02:30 in Berlin is 01:30 UTC in winter, and 00:30 in summer.
    expect(againAsked(again({ kind: 'daily' }), now)?.from).toBe('2026-11-16T01:30:00Z');
    expect(againAsked(again({ kind: 'daily', firstDay: '2027-07-01' }), now)?.from).toBe('2027-07-01T00:30:00Z');
    expect(againAsked(again({ kind: 'rule', rule: 'FREQ=DAILY;INTERVAL=3' }), now)?.from).toBe('2026-11-23T01:30:00Z');
  });
  it('begins with the first of its times; one that counts them where it was said', () => {
    const next = [{ from: '2026-11-29T01:30:00.000Z' }, { from: '2026-12-06T01:30:00.000Z' }];
    const weekly = againAsked(again({ kind: 'weekly' }), now)!;
    expect(silenceBody(aForm({ kind: 'weekly' }), againBegun(weekly, next))).toEqual({
      match: ['service="shop/cart"'],
      why: 'The disks are changed',
      from: '2026-11-29T01:30:00.000Z',
      duration: 'PT2H',
      rrule: 'FREQ=WEEKLY;BYDAY=SU',
      zone: 'Europe/Berlin',
    });
    const counted = againAsked(again({ kind: 'rule', rule: 'FREQ=WEEKLY;BYDAY=SU;COUNT=2' }), now)!;
    expect(againBegun(counted, next).from).toBe(counted.from);
  });
  it('says what is missing, at its field', () => {
    expect(Object.keys(silenceFaults(aForm({ matchers: [''], why: ' ' })))).toEqual(['match', 'why']);
    expect(Object.keys(silenceFaults(aForm({ kind: 'weekly', days: [] })))).toEqual(['days']);
    expect(Object.keys(silenceFaults(aForm({ kind: 'daily', zone: 'Nowhere/Town' })))).toEqual(['zone']);
    expect(Object.keys(silenceFaults(aForm({ kind: 'monthly', time: '' })))).toEqual(['time']);
    expect(Object.keys(silenceFaults(aForm({ kind: 'rule' })))).toEqual(['rrule']);
    expect(silenceFaults(aForm())).toEqual({});
    expect(againAsked(again({ kind: 'weekly', days: [] }), now)).toBeNull();
  });
});

describe('matchers', () => {
  it('of several alerts are what they have alike, and which values of the rest', () => {
    expect(
      matchersInCommon([
        { a: '1', b: 'x.y', c: 'only here' },
        { a: '1', b: 'z' },
      ]),
    ).toEqual(['a="1"', String.raw`b=~"x\\.y|z"`]);
    expect(matchersInCommon([])).toEqual([]);
  });
  it('that cannot be read are named by their line', () => {
    expect(matcherFault(['a="1"', 'b'])?.index).toBe(1);
    expect(matcherFault(['a=~"("'])?.index).toBe(0);
    expect(matcherFault(['a=~"x.*"'])).toBeNull();
  });
  it('are asked of the API where it finds by label, and tested here', () => {
    const read = readMatchers(['alertname="Down"', 'service="shop/cart"', 'pod!="a"']);
    expect(read?.plain).toEqual(['alertname=Down']);
    expect(read?.matching.matches({ alertname: 'Down', service: 'shop/cart', pod: 'b' })).toBe(true);
    expect(read?.matching.matches({ alertname: 'Down', service: 'shop/cart', pod: 'a' })).toBe(false);
  });
});
