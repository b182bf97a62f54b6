import { describe, expect, it } from 'vitest';
import { isAutomatic, textOfHtml, tokenInAddress } from './mail-reply.ts';

const header = (key: string, value: string) => [{ key, value }];

describe('A mail that a program wrote answers nothing', () => {
  it.each([
    ['out of office', header('auto-submitted', 'auto-replied'), true],
    ['generated', header('auto-submitted', 'auto-generated; x=y'), true],
    ['said not to be', header('auto-submitted', 'no'), false],
    ['bulk', header('precedence', 'Bulk'), true],
    ['of an old responder', header('x-autoreply', 'yes'), true],
    ['of a list', header('list-id', '<sre.example.org>'), true],
    ['a report', header('content-type', 'multipart/report; report-type=delivery-status'), true],
    ['of a person', header('content-type', 'text/plain'), false],
  ])('%s: %s', (_name, headers, expected) => {
    expect(isAutomatic(headers, 'p1@example.org')).toBe(expected);
  });

  it.each(['', 'MAILER-DAEMON@example.org', 'postmaster@example.org'])('from <%s>', (from) => {
    expect(isAutomatic([], from)).toBe(true);
  });
});

describe('The token behind the plus', () => {
  it.each([
    ['leadline+page.k3v9@example.org', 'page.k3v9'],
    ['Leadline+PAGE.K3V9@Example.org', 'page.k3v9'],
    ['leadline@example.org', null],
    ['leadline+@example.org', undefined],
    ['leadline+../x@example.org', undefined],
    ['leadline+page.k3v9@example.com', undefined],
    ['leadlines+page.k3v9@example.org', undefined],
    ['other@example.org', undefined],
  ])('%s', (address, expected) => {
    expect(tokenInAddress(address, 'leadline@example.org')).toBe(expected);
  });
});

describe('What a person wrote in a mail of HTML', () => {
  it.each([
    ['a quote of Gmail', '<div dir="ltr">ack<br></div><div class="gmail_quote">On … <b>resolve</b></div>', 'ack'],
    ['a quote', '<p>done &amp; fixed</p><blockquote>ack</blockquote>', 'done & fixed'],
    ['styles and entities', '<head><style>p{}</style></head><p>caf&#233; &#x1F6A8;&nbsp;ok</p>', 'café 🚨 ok'],
    ['lines', '<div>ack</div><div>second</div>', 'ack\nsecond'],
    ['an entity that is none', '&constructor; &#0;', '&constructor;'],
  ])('%s', (_name, html, expected) => {
    expect(textOfHtml(html)).toBe(expected);
  });
});
