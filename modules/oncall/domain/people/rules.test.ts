import { describe, expect, it } from 'vitest';
import { decideCode } from './code-decision.ts';
import { methodChanges, type MethodKept } from './method-changes.ts';
import { reachabilityOf } from './reachability.ts';
import { quietDecision, rulesInForce, workingFrom, type MethodAtHand, type Wishes } from './rules.ts';
import { changedParts, meansSame, wishesInForce } from './wishes.ts';

const mail: MethodAtHand = { name: 'mail', channel: 'email', address: 'p1@example.org', verified: true };
const hook: MethodAtHand = { name: 'hook', channel: 'webhook', address: 'http://127.0.0.1:9/p1', verified: true };
const phone: MethodAtHand = { name: 'phone', channel: 'sms', address: '+4915112345678', verified: false };
const person = {
  id: '1',
  name: 'p1',
  displayName: 'P 1',
  zone: 'Europe/Berlin',
  state: 'active',
  email: 'p1@example.org',
} as const;
const wishes = (over: Partial<Wishes> = {}): Wishes => ({ zone: 'Europe/Berlin', ...over });
const inForce = (
  over: Partial<Wishes>,
  who: Partial<Omit<typeof person, 'email' | 'state'>> & { email?: string | null; state?: 'active' | 'disabled' } = {},
) => rulesInForce({ person: { ...person, ...who }, wishes: wishes(over), methods: [mail, hook, phone] });
const short = (rules: readonly { afterSeconds: number; method: { name: string } }[]) =>
  rules.map(({ afterSeconds, method }) => `${afterSeconds} ${method.name}`);

describe('the rules in force', () => {
  it('come soonest first, for the urgency that they name or for both', () => {
    const { rules, notes } = inForce({
      rules: [
        { after: 'PT2M', contactMethod: 'mail' },
        { after: 'PT0S', contactMethod: 'hook', urgency: 'high' },
      ],
    });
    expect(short(rules.high)).toEqual(['0 hook', '120 mail']);
    expect(short(rules.low)).toEqual(['120 mail']);
    expect(notes).toEqual([]);
  });

  it('skip what is not verified or not there, and say so; then the sign-in address stands in', () => {
    const { rules, notes } = inForce({
      rules: [
        { after: 'PT0S', contactMethod: 'phone' },
        { after: 'PT0S', contactMethod: 'gone' },
      ],
    });
    expect(short(rules.high)).toEqual(['0 sign-in-address']);
    expect(notes).toEqual([
      'The rule for phone is skipped: it is not verified yet.',
      'The rule for gone is skipped: there is no such contact method.',
      'There is no usable rule for any urgency: an e-mail goes to the sign-in address at once.',
    ]);
  });

  it('stand in for the one urgency that has none', () => {
    const { rules, notes } = inForce({ rules: [{ after: 'PT0S', contactMethod: 'hook', urgency: 'high' }] });
    expect([short(rules.high), short(rules.low)]).toEqual([['0 hook'], ['0 sign-in-address']]);
    expect(notes[0]).toContain('low urgency');
  });

  it('are none for a disabled person, and none where there is no address at all', () => {
    expect(inForce({ rules: [{ after: 'PT0S', contactMethod: 'hook' }] }, { state: 'disabled' }).rules.high).toEqual(
      [],
    );
    const nobody = inForce({}, { email: null });
    expect(nobody.rules).toEqual({ high: [], low: [] });
    expect(reachabilityOf(nobody, new Map())).toMatchObject({ high: false, low: false });
  });

  it('hold back low urgency in quiet hours and let high through, unless they say otherwise', () => {
    const at = Temporal.Instant.from('2026-11-23T23:00:00Z');
    const quietHours = { from: '22:00', to: '07:00' };
    const low = inForce({ quietHours });
    expect(quietDecision(low, 'high', at)).toEqual({ send: 'now', reason: 'no-quiet-hours' });
    expect(String(quietDecision(low, 'low', at).send)).toBe('2026-11-24T06:00:00Z');
    const all = inForce({ quietHours: [{ ...quietHours, urgency: 'all' }] });
    expect(String(quietDecision(all, 'high', at).send)).toBe('2026-11-24T06:00:00Z');
    expect(reachabilityOf(all, new Map()).reasons.join()).toContain('22:00 to 07:00');
  });

  it('wait for the morning of the person, or the usual one', () => {
    const at = Temporal.Instant.from('2026-11-23T03:00:00Z');
    expect(workingFrom(inForce({}), at).toString()).toBe('2026-11-23T08:00:00Z');
    expect(workingFrom(inForce({ workingHours: { from: '06:00', to: '14:00' } }), at).toString()).toBe(
      '2026-11-23T05:00:00Z',
    );
  });

  it('leave nobody reachable whose every method has no provider', () => {
    const rules = inForce({ rules: [{ after: 'PT0S', contactMethod: 'hook' }] });
    const checks = new Map([['hook', { ok: false, reason: 'no provider' }]]);
    expect(reachabilityOf(rules, checks)).toMatchObject({ high: false, low: false });
    expect(reachabilityOf(rules, new Map([['hook', { ok: true, reason: '' }]]))).toEqual({
      high: true,
      low: true,
      reasons: [],
    });
  });
});

describe('what a file and a person say', () => {
  it('holds part by part, the word of the person before the file', () => {
    const file = wishes({
      rules: [{ after: 'PT0S', contactMethod: 'mail' }],
      quietHours: { from: '22:00', to: '06:00' },
    });
    const said = wishesInForce({ file, hand: { rules: [], zone: 'Asia/Kolkata' } });
    expect(said).toEqual({ zone: 'Asia/Kolkata', rules: [], quietHours: { from: '22:00', to: '06:00' } });
  });

  it('is the same in two spellings', () => {
    expect(changedParts(wishes({ zone: 'UTC' }), wishes({ zone: 'Etc/UTC' }))).toEqual([]);
    const rule = (after: string) => [{ after, contactMethod: 'mail' }];
    expect(changedParts(wishes({ rules: rule('PT60S') }), wishes({ rules: rule('PT1M') }))).toEqual([]);
    expect(changedParts(wishes({ rules: rule('PT60S') }), wishes({ rules: rule('PT2M') }))).toEqual(['rules']);
    expect(meansSame('UTC', 'Europe/Berlin', 'spec.zone')).toBe(false);
    expect(meansSame('PT60S', 'PT1M', 'spec.rules.0.after')).toBe(true);
  });
});

describe('applying contact methods from a file', () => {
  const kept = (over: Partial<MethodKept>): MethodKept => ({
    ...mail,
    origin: 'file',
    place: 0,
    verifiedHow: 'file',
    ...over,
  });
  const said = { name: 'mail', channel: 'email', address: 'p1@example.org' } as const;
  it.each([
    ['the same again', [kept({})], [said], [], []],
    ['another place in the file', [kept({ place: 1 })], [said], ['mail kept'], []],
    ['another address', [kept({ address: 'old@example.org' })], [said], ['mail new'], []],
    [
      'one that was made by hand and verified by a code',
      [kept({ origin: 'hand', verifiedHow: 'code' })],
      [said],
      ['mail kept'],
      [],
    ],
    [
      'one that was made by hand and never verified',
      [kept({ origin: 'hand', verifiedHow: null })],
      [said],
      ['mail new'],
      [],
    ],
    ['one that is no longer in the file', [kept({}), kept({ name: 'old' })], [said], [], ['old']],
    ['one made by hand that the file does not know', [kept({}), kept({ name: 'own', origin: 'hand' })], [said], [], []],
  ])('%s', (_, before, wanted, written, removed) => {
    const changes = methodChanges(before, wanted);
    expect(
      changes.written.map(({ method, keepVerified }) => `${method.name} ${keepVerified ? 'kept' : 'new'}`),
    ).toEqual(written);
    expect(changes.removed).toEqual(removed);
  });
});

describe('a code', () => {
  const now = Temporal.Instant.from('2026-11-23T10:00:00Z');
  const sent = { expiresAt: now.add({ minutes: 1 }), tries: 0 };
  it.each([
    ['is right', sent, true, 'right'],
    ['is wrong', sent, false, 'wrong'],
    ['was never sent', null, true, 'none-sent'],
    ['came too late', { ...sent, expiresAt: now }, true, 'expired'],
    ['was guessed too often', { ...sent, tries: 5 }, true, 'too-many-tries'],
  ])('%s', (_, given, matches, reason) =>
    expect(decideCode(given, { matches, now, triesMax: 5 })).toEqual({ verified: reason === 'right', reason }),
  );
});
