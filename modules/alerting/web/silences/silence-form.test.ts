import { describe, expect, it } from 'vitest';
import {
  matcherFault,
  matchersInCommon,
  nextTimes,
  readMatchers,
  silenceBody,
  silenceFaults,
  type SilenceForm,
} from './silence-form.ts';

const now = Temporal.Instant.from('2026-03-27T12:00:00Z');
const aForm = (given: Partial<SilenceForm> = {}): SilenceForm => ({
  matchers: ['service="shop/cart"', ''],
  kind: 'once',
  from: '',
  length: 'PT2H',
  to: '',
  days: ['SU'],
  time: '02:30',
  zone: 'Europe/Berlin',
  why: ' The disks are changed ',
  ...given,
});

describe('a silence is what was said', () => {
  it('once: from now, for so long', () => {
    expect(silenceBody(aForm(), now)).toEqual({
      match: ['service="shop/cart"'],
      why: 'The disks are changed',
      duration: 'PT2H',
    });
  });
  it('again and again: a rule, and the first of its times', () => {
    expect(silenceBody(aForm({ kind: 'again', days: ['SU', 'WE'], time: '04:00' }), now)).toMatchObject({
      rrule: 'FREQ=WEEKLY;BYDAY=WE,SU',
      zone: 'Europe/Berlin',
      duration: 'PT2H',
      from: '2026-03-29T02:00:00Z',
    });
  });
  it('shows the next times on the clock of the zone, also over a night that has no such hour', () => {
    // At 02:30 of 29 March the clocks of Berlin go from 02:00 to 03:00: an hour that is missing is the hour behind.
    const times = nextTimes(aForm(), now, 2).map(({ from, to }) => `${from} ${to}`);
    expect(times).toEqual(['2026-03-29T01:30:00Z 2026-03-29T03:30:00Z', '2026-04-05T00:30:00Z 2026-04-05T02:30:00Z']);
  });
  it('begins with the time that runs', () => {
    const during = Temporal.Instant.from('2026-04-05T01:00:00Z');
    expect(nextTimes(aForm(), during, 1)[0]!.from.toString()).toBe('2026-04-05T00:30:00Z');
  });
  it('says what is missing, at its field', () => {
    expect(Object.keys(silenceFaults(aForm({ matchers: [''], why: ' ' }), now))).toEqual(['match', 'why']);
    expect(Object.keys(silenceFaults(aForm({ kind: 'again', days: [] }), now))).toEqual(['days']);
    expect(Object.keys(silenceFaults(aForm({ kind: 'again', zone: 'Nowhere/Town' }), now))).toEqual(['time']);
    expect(silenceFaults(aForm(), now)).toEqual({});
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
