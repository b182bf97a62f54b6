import { describe, expect, it } from 'vitest';
import { probeNameFrom, readOpsgenieHeartbeat } from './opsgenie-heartbeat.ts';
import { opsgenieAsk } from './opsgenie-path.ts';
import { readOpsgenieQuery } from './opsgenie-query.ts';
import { opsgenieAlert, readOpsgenieAlert, severityOfPriority } from './opsgenie.ts';

describe('an address below /v2/alerts', () => {
  it.each([
    ['POST', '/v2/alerts', { do: 'create' }],
    ['POST', '/v2/alerts/', { do: 'create' }],
    ['GET', '/v2/alerts', { do: 'list' }],
    ['GET', '/v2/alerts/count', { do: 'count' }],
    ['GET', '/v2/alerts/requests/7', { do: 'request', id: '7' }],
    ['GET', '/v2/alerts/abc', { do: 'get', identifier: 'abc' }],
    ['GET', '/v2/alerts/disk%2Fdb-1', { do: 'get', identifier: 'disk/db-1' }],
    ['GET', '/v2/alerts/disk/db-1', { do: 'get', identifier: 'disk/db-1' }],
    ['POST', '/v2/alerts/abc/close/', { do: 'close', identifier: 'abc' }],
    ['POST', '/v2/alerts/disk/db-1/acknowledge', { do: 'acknowledge', identifier: 'disk/db-1' }],
    ['POST', '/v2/alerts/close/close', { do: 'close', identifier: 'close' }],
    ['GET', '/v2/alerts/close', { do: 'get', identifier: 'close' }],
    ['DELETE', '/v2/alerts/abc', { do: 'delete', identifier: 'abc' }],
    ['DELETE', '/v2/alerts/abc/tags', { do: 'remove-tags', identifier: 'abc' }],
    ['PUT', '/v2/alerts/abc/priority', { do: 'priority', identifier: 'abc' }],
    ['POST', '/v2/alerts/abc/escalate', { do: 'unknown' }],
    ['GET', '/v2/alerts/saved-searches', { do: 'unknown' }],
    ['GET', '/v2/alerts/%E0%A4%A', { do: 'unknown' }],
  ] as const)('%s %s', (method, path, expected) => expect(opsgenieAsk(method, path)).toEqual(expected));
});

describe('a search', () => {
  it.each([
    ['', {}],
    ['status=open', { status: 'open' }],
    ['status: closed AND priority: p1', { status: 'closed', priority: 'P1' }],
    ['tag: disk tag:"two words"', { tags: ['disk', 'two words'] }],
    ['acknowledged: true disk full', { acknowledged: true, words: ['disk', 'full'] }],
    ['message: "disk of db-1" alias:a/b', { words: ['disk of db-1'], alias: 'a/b' }],
  ])('%j', (text, expected) => {
    const read = readOpsgenieQuery(text);
    const { query } = read as Extract<typeof read, { ok: true }>;
    const said = Object.entries(query).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    );
    expect(Object.fromEntries(said)).toEqual(expected);
  });

  it.each([
    'a OR b',
    'NOT a',
    '(a AND b)',
    'createdAt > 1470394841148',
    'status: odd',
    'count: 5',
    'a*'.padStart(3, '*'),
  ])('%j is refused, not answered wrongly', (text) => expect(readOpsgenieQuery(text)).toMatchObject({ ok: false }));
});

describe('an alert', () => {
  const read = (body: unknown) => readOpsgenieAlert(body);
  it.each([
    ['nothing', null, ['body']],
    ['no message', {}, ['message']],
    ['a priority that there is not', { message: 'm', priority: 'P9' }, ['priority']],
    ['an alias that is too long', { message: 'm', alias: 'x'.repeat(513) }, ['alias']],
    ['tags of a wrong type', { message: 'm', tags: 7 }, ['tags']],
    ['details of a wrong type', { message: 'm', details: 'x' }, ['details']],
    ['responders of a wrong type', { message: 'm', responders: ['x'] }, ['responders']],
    ['a description of a wrong type', { message: 'm', description: {} }, ['description']],
  ])('with %s is refused by field', (_, body, fields) => {
    const found = read(body);
    expect(found.ok ? [] : Object.keys(found.errors)).toEqual(fields);
  });

  it('wakes somebody with P1, P2 and where it says no priority', () => {
    expect([...(['P1', 'P2', 'P3', 'P4', 'P5', null] as const)].map(severityOfPriority)).toEqual([
      'critical',
      'error',
      'warning',
      'info',
      'info',
      'error',
    ]);
  });

  it('keeps details by the thousand within the bounds of an alert, its own labels first', () => {
    const details = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`detail ${n}`, 'value']));
    const found = read({ message: 'm', details: { ...details, severity: 'mine' }, priority: 'P1' });
    const alert = opsgenieAlert((found as Extract<typeof found, { ok: true }>).said, 'a', null);
    expect(Object.keys(alert.labels).length).toBeLessThanOrEqual(64);
    expect(Object.keys(alert.annotations).length).toBeLessThanOrEqual(64);
    expect(alert.labels).toMatchObject({ severity: 'critical', priority: 'P1', alias: 'a' });
    expect(alert.annotations['details']).toContain('detail 2999');
  });
});

describe('a heartbeat', () => {
  const whole = { name: 'DNS Checker', interval: 10, intervalUnit: 'minutes', enabled: true };
  it.each([
    ['no name', { ...whole, name: undefined }, ['name']],
    ['no interval', { ...whole, interval: undefined }, ['interval']],
    ['an interval of nothing', { ...whole, interval: 0 }, ['interval']],
    ['an interval of more than 35 days', { ...whole, interval: 36, intervalUnit: 'days' }, ['interval']],
    ['a unit that there is not', { ...whole, intervalUnit: 'weeks' }, ['intervalUnit']],
    ['a name without end', { ...whole, name: 'x'.repeat(201) }, ['name']],
    ['a switch of a wrong type', { ...whole, enabled: 'yes' }, ['enabled']],
  ])('with %s is refused by field', (_, body, fields) => {
    const found = readOpsgenieHeartbeat(body, null);
    expect(found.ok ? [] : Object.keys(found.errors)).toEqual(fields);
  });

  it('has a name that probes can have, and one of its own', () => {
    const taken = new Set(['dns-checker', 'dns-checker-2']);
    expect(probeNameFrom('DNS Checker', (name) => taken.has(name))).toBe('dns-checker-3');
    expect(probeNameFrom('***', () => false)).toBe('heartbeat');
    expect(probeNameFrom('Ä'.repeat(200), () => false)).toBe('a'.repeat(56));
  });
});
