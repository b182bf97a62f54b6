import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOfHtml } from './html-text.ts';
import { alertOfLetter, type Letter } from './letter.ts';

const aLetter = (subject: string | null, over: Partial<Letter> = {}): Letter => ({
  messageId: '<m1@x>',
  inReplyTo: null,
  references: [],
  from: 'cron@db-1.example',
  fromName: null,
  subject,
  text: 'What happened',
  links: [],
  date: null,
  headers: [],
  attachments: [],
  ...over,
});

describe('A letter as an alert', () => {
  it.each([
    ['Backup failed', 'subject|backup failed', 'trigger', 'error'],
    ['[CRITICAL] Backup failed', 'subject|backup failed', 'trigger', 'critical'],
    ['RESOLVED: Backup failed', 'subject|backup failed', 'resolve', 'error'],
    ['[RESOLVED] [critical] Backup failed', 'subject|backup failed', 'resolve', 'critical'],
    ['OK - Backup failed', 'subject|backup failed', 'resolve', 'error'],
    ['[FIRING:2] Backup failed', 'subject|backup failed', 'trigger', 'error'],
    ['Re: AW: [WARNING] Backup failed', 'subject|backup failed', 'trigger', 'warning'],
    ['PROBLEM: disk is full on db-1', 'subject|disk is full on db-1', 'trigger', 'error'],
    ['ACKNOWLEDGED: disk is full on db-1', 'subject|disk is full on db-1', 'acknowledge', 'error'],
    ['Orders: no warning lamp', 'subject|orders: no warning lamp', 'trigger', 'warning'],
    ['  ', 'thread|<m1@x>', 'trigger', 'error'],
    ['RESOLVED:', 'thread|<m1@x>', 'resolve', 'error'],
  ] as const)('%s', (subject, dedupKey, action, severity) => {
    expect(alertOfLetter(aLetter(subject), 'subject')).toMatchObject({ dedupKey, action, severity });
  });

  it.each([
    ['an out-of-office note', [{ key: 'auto-submitted', value: 'auto-replied (vacation)' }], null],
    ['a bounce', [{ key: 'content-type', value: 'multipart/report; report-type=delivery-status' }], null],
    ['what a program sends', [{ key: 'auto-submitted', value: 'auto-generated' }], { action: 'trigger' }],
    ['what is not important', [{ key: 'importance', value: 'low' }], { severity: 'info' }],
  ])('%s', (_name, headers, expected) => {
    const alert = alertOfLetter(aLetter('Backup failed', { headers }), 'subject');
    if (expected === null) expect(alert).toBeNull();
    else expect(alert).toMatchObject(expected);
  });

  it('never throws and always says something', () => {
    fc.assert(
      fc.property(fc.option(fc.string({ unit: 'binary' })), fc.string({ unit: 'binary' }), (subject, text) => {
        const alert = alertOfLetter(aLetter(subject, { text }), 'subject');
        expect(alert?.summary.trim()).toBeTruthy();
      }),
    );
  });
});

describe('The text of HTML', () => {
  it.each([
    ['<p>One</p><p>Two &amp; three</p>', 'One\nTwo & three', []],
    ['<head><title>t</title></head><script>alert(1)</script>Seen', 'Seen', []],
    ['<a href="https://x.example/?a=1&amp;b=2">Graph</a>', 'Graph', ['https://x.example/?a=1&b=2']],
    ["<a class=x href='javascript:alert(1)'>no</a>", 'no', []],
    ['<!-- no --> yes <!-- never closed', 'yes', []],
    ['a < b', 'a < b', []],
    ['&#72;&#x69;&unknown;', 'Hi&unknown;', []],
  ])('%s', (html, text, links) => {
    expect(textOfHtml(html)).toEqual({ text, links });
  });

  it.each(['<style>', '<!--', '<a href="', '<', '&#', '<p '.concat('x'.repeat(100))])(
    'takes the same time for each character, however often it says %s',
    (part) => {
      const begun = process.hrtime.bigint();
      textOfHtml(part.repeat(Math.ceil(500_000 / part.length)));
      expect(Number(process.hrtime.bigint() - begun) / 1e6).toBeLessThan(2_000);
    },
  );
});
