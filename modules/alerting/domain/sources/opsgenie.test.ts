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
    ['POST', '/v2/alerts/abc/escalate', { do: 'escalate', identifier: 'abc' }],
    ['POST', '/v2/alerts/a/b/actions/Restart%20it', { do: 'custom-action', identifier: 'a/b', action: 'Restart it' }],
    ['GET', '/v2/alerts/abc/recipients', { do: 'instead', instead: expect.stringContaining('/api/v1/alerts/') }],
    ['POST', '/v2/alerts/abc/attachments', { do: 'instead', instead: expect.stringContaining('link') }],
    ['GET', '/v2/alerts/abc/attachments/7', { do: 'instead', instead: expect.stringContaining('link') }],
    ['PUT', '/v2/alerts/abc/escalate', { do: 'unknown' }],
    ['GET', '/v2/alerts/saved-searches', { do: 'search', search: null }],
    ['DELETE', '/v2/alerts/saved-searches/open%20ones', { do: 'search', search: 'open ones' }],
    ['GET', '/v2/alerts/%E0%A4%A', { do: 'unknown' }],
  ] as const)('%s %s', (method, path, expected) => expect(opsgenieAsk(method, path)).toEqual(expected));
});

describe('a search', () => {
  const is = (field: string, value: unknown, how = 'equal') => ({ field, is: how, value });
  const open = { field: 'status', value: 'open' };
  const at = (text: string) => Temporal.Instant.from(text);
  it.each([
    ['', { all: [] }],
    ['status=open', open],
    ['status: open AND tag: x', { all: [open, is('tag', 'x')] }],
    ['status: closed AND priority: p1', { all: [{ field: 'status', value: 'closed' }, is('priority', 'P1')] }],
    ['tag: disk tag:"two words"', { all: [is('tag', 'disk'), is('tag', 'two words')] }],
    ['disk full', { all: [is('any', 'disk', 'contains'), is('any', 'full', 'contains')] }],
    ['message: "disk of db-1" alias:a/b', { all: [is('message', 'disk of db-1', 'contains'), is('alias', 'a/b')] }],
    ['status: open OR priority: P1 AND tag: x', { any: [open, { all: [is('priority', 'P1'), is('tag', 'x')] }] }],
    [
      '(status: open OR tag: a) AND NOT acknowledged: true',
      { all: [{ any: [open, is('tag', 'a')] }, { not: { field: 'acknowledged', value: true } }] },
    ],
    ['message: (disk OR fan)', { any: [is('message', 'disk', 'contains'), is('message', 'fan', 'contains')] }],
    ['alias != x and entity = db*', { all: [{ not: is('alias', 'x') }, is('entity', 'db', 'starts')] }],
    ['owner: null', is('owner', null)],
    ['owner: "null"', is('owner', 'null')],
    ['createdAt > 1470394841148', is('createdAt', at('2016-08-05T11:00:41.148Z'), '>')],
    ['lastOccurredAt <= 14-02-2017T10:30:00', is('lastOccurredAt', at('2017-02-14T10:30:00Z'), '<=')],
    ['count >= 5', is('count', 5, '>=')],
    ['details.service: shop/*', { field: 'detail', name: 'service', is: 'starts', value: 'shop/' }],
    ['details.key: region', is('detailKey', 'region')],
    ['tag: "say \\"no\\""', is('tag', 'say "no"')],
  ])('%j', (text, expected) => expect(readOpsgenieQuery(text)).toEqual({ ok: true, query: expected }));

  it.each([
    ['(a AND b', 'a bracket is not closed'],
    ['a AND', 'ends where a condition was expected'],
    ['a OR )', 'not understood from here on: )'],
    ['a) b', 'not understood from here on: ) b'],
    ['AND a', 'not understood from here on: AND a'],
    ['status: odd', 'status is open or closed'],
    ['count: many', 'count is compared with a number'],
    ['createdAt > soon', 'createdAt is compared with a time'],
    ['createdAt > 31-02-2017', 'createdAt is compared with a time'],
    ['alias > 5', 'alias is not compared by >'],
    ['flavour: sweet', 'cannot be searched by flavour'],
    ['acknowledged: maybe', 'acknowledged is true or false'],
    ['status:', 'ends where a value was expected'],
    ['tag: "open', 'not understood'],
    ['('.repeat(30) + 'a' + ')'.repeat(30), 'more than 20 deep'],
    ['NOT '.repeat(30) + 'a', 'more than 20 deep'],
    ['a '.repeat(60), 'at most 50 conditions'],
    ['x'.repeat(1_001), 'longer than 1000'],
  ])('%j is refused, not answered wrongly', (text, error) =>
    expect(readOpsgenieQuery(text)).toEqual({ ok: false, error: expect.stringContaining(error) }),
  );
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
