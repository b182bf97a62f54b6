import { describe, expect, it } from 'vitest';
import { changeContactWishes } from '../../contract/people.ts';
import { addressText, afterText, endpointOf, freeName, rowsOf, rulesOfRows } from './contact-words.ts';
import { fitsForm, formOf, quietText, wishesOf } from './hours-form.ts';

describe('how a person is reached', () => {
  it('rules go through the form and come back the same, in the order in which they come', () => {
    const said = [
      { after: 'PT10M', contactMethod: 'phone', urgency: 'high' as const },
      { after: 'PT0S', contactMethod: 'mail' },
      { after: 'PT1M30S', contactMethod: 'push' },
    ];
    const rows = rowsOf({ said: { zone: 'UTC', rules: said }, rules: { high: [], low: [] } });
    expect(rulesOfRows(rows)).toEqual([said[1], said[2], said[0]]);
    expect(changeContactWishes.body.parse({ rules: rulesOfRows(rows) }).rules).toHaveLength(3);
    expect(said.map(({ after }) => afterText(after))).toEqual(['after 10 min', 'at once', 'after 90 s']);
  });

  it('a name that is taken gets a number, and every name is one that files take', () => {
    expect(freeName('Firefox on Linux', [])).toBe('firefox-on-linux');
    expect(freeName('Firefox on Linux', ['firefox-on-linux'])).toBe('firefox-on-linux-2');
    expect(freeName('…', [])).toBe('device');
  });

  it('a device is shown as one, not as its keys', () => {
    const address = JSON.stringify({ endpoint: 'https://push.example.net/abc', keys: { p256dh: 'x', auth: 'y' } });
    expect(endpointOf(address)).toBe('https://push.example.net/abc');
    expect(addressText({ channel: 'web-push', address })).toBe('a device at push.example.net');
    expect(addressText({ channel: 'email', address: 'ada@example.org' })).toBe('ada@example.org');
    expect(endpointOf('ada@example.org')).toBeNull();
  });

  it('hours that fit the form come back the same; what does not fit is left to files', () => {
    const said = {
      zone: 'Europe/Berlin',
      quietHours: [{ from: '22:00', to: '06:30', urgency: 'low' as const }],
      workingHours: [{ from: '08:00', to: '16:00', days: ['mon', 'tue', 'wed', 'thu', 'fri'] as ('mon' | 'tue')[] }],
    };
    expect(fitsForm(said)).toBe(true);
    expect(wishesOf(formOf(said))).toEqual(said);
    expect(quietText(said)).toBe('22:00 to 06:30, low urgency waits');
    expect(fitsForm({ ...said, quietHours: [{ from: '22:00', to: '06:00', days: ['sat'] }] })).toBe(false);
  });
});
