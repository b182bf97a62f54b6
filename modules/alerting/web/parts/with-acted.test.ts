import { describe, expect, it } from 'vitest';
import type { Alert } from '../../contract/alerts.ts';
import { anAlert } from './an-alert.ts';
import { withActed } from './with-acted.ts';

const at = '2026-11-23T03:05:00.000Z';
const list = (...items: Alert[]) => ({ pages: [{ items, next: null }], pageParams: [undefined] });
const statuses = (shown: unknown): string[] =>
  (shown as ReturnType<typeof list>).pages.flatMap(({ items }) => items.map(({ status }) => status));

describe('rows follow the key before the server answers', () => {
  it('changes those that are meant, and no others', () => {
    const shown = list(anAlert({ id: 'a' }), anAlert({ id: 'b' }));
    expect(statuses(withActed(shown, { verb: 'acknowledge', acted: { ids: ['b'] }, at }))).toEqual([
      'firing',
      'acknowledged',
    ]);
    expect(statuses(shown)).toEqual(['firing', 'firing']);
  });
  it('takes an acknowledgement back, and leaves what is reopened to the server', () => {
    const shown = list(
      anAlert({ id: 'a', status: 'acknowledged', acknowledgedAt: at, acknowledgedBy: 'grace' }),
      anAlert({ id: 'b', status: 'resolved', resolvedAt: at }),
    );
    const acted = { ids: ['a', 'b'] };
    expect(statuses(withActed(shown, { verb: 'unacknowledge', acted, at }))).toEqual(['firing', 'resolved']);
    expect(withActed(shown, { verb: 'reopen', acted, at })).toEqual(shown);
  });
  it('takes all of a group', () => {
    const shown = list(anAlert({ id: 'a', group: 'g' }), anAlert({ id: 'b', group: null }));
    expect(statuses(withActed(shown, { verb: 'resolve', acted: { group: 'g' }, at }))).toEqual(['resolved', 'firing']);
  });
  it('leaves what is over as it is, and whatever is no alert', () => {
    const over = list(anAlert({ id: 'a', status: 'resolved', resolvedAt: '2026-11-23T03:01:00.000Z' }));
    expect(withActed(over, { verb: 'acknowledge', acted: { ids: ['a'] }, at })).toEqual(over);
    for (const shown of [true, null, undefined])
      expect(withActed(shown, { verb: 'resolve', acted: { ids: ['a'] }, at })).toBe(shown);
    const counts = { total: 3, status: [] };
    expect(withActed(counts, { verb: 'resolve', acted: { ids: ['a'] }, at })).toBe(counts);
  });
});
