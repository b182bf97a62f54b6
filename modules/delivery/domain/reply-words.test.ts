import { describe, expect, it } from 'vitest';
import { answerWithoutQuote, replyTokenIn, saidBy } from './reply-words.ts';

describe('What a reply of words says', () => {
  it.each([
    ['ack', 'acknowledge'],
    ['  ACK!  ', 'acknowledge'],
    ['Ack 7GK2', 'acknowledge'],
    ['"ok"', 'acknowledge'],
    ['1', 'acknowledge'],
    ['acknowledged, looking', 'acknowledge'],
    ['resolve', 'resolve'],
    ['Fixed.\nIt was the cache.', 'resolve'],
    ['2', 'resolve'],
    ['acknowledging is hard without a login', 'text'],
    ['I cannot, I am on a train', 'text'],
    ['not ok', 'text'],
    ['12 servers are down', 'text'],
    ['constructor', 'text'],
    ['', 'text'],
  ] as const)('%j', (text, expected) => {
    expect(saidBy(text)).toBe(expected);
  });
});

describe('A person answers above what they quote', () => {
  it.each([
    ['a quote', 'ack\n\n> Checkout burns\n> [1] acknowledge', 'ack'],
    ['a head line', 'resolve\r\n\r\nOn Mon, 23 Nov 2026 at 03:00, Leadline <l@example.org> wrote:\r\n> x', 'resolve'],
    ['a German head line', 'ack\n\nAm 23.11.2026 um 03:00 schrieb Leadline <l@example.org>:\n> x', 'ack'],
    ['an Outlook block', 'ack\n\nFrom: Leadline <l@example.org>\nSent: Monday\nresolve', 'ack'],
    ['a rule of Outlook', 'ack\n________________________________\nFrom: Leadline', 'ack'],
    ['an original message', 'done\n-----Original Message-----\nack', 'done'],
    ['a signature', 'looking at it\n-- \nEva, SRE', 'looking at it'],
    ['nothing but a quote', '> Checkout burns', ''],
    ['two paragraphs', 'ack\n\nIt is the cache.', 'ack\n\nIt is the cache.'],
  ])('%s', (_name, text, expected) => {
    expect(answerWithoutQuote(text)).toBe(expected);
  });

  it('keeps no endless note', () => {
    expect(answerWithoutQuote('x'.repeat(100_000))).toHaveLength(2_000);
  });
});

describe('A reply may name its message', () => {
  it.each([
    ['ack page.k3v9x2m1', 'page.k3v9x2m1'],
    ['ACK: Page.K3V9X2M1 ', 'page.k3v9x2m1'],
    ['ack', undefined],
    ['see grafana.example.org for the graph', undefined],
    ['ack page.k3', undefined],
  ])('%j', (text, expected) => {
    expect(replyTokenIn(text)).toBe(expected);
  });
});
