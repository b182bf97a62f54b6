import { describe, expect, it } from 'vitest';
import { escapingOf, fillTemplate, placesOf } from './fill-template.ts';

const evil = 'He said "no" \\ <b>&amp;\r\nTo: +1\u0007';

describe('A template is filled so that a text cannot change the request', () => {
  it('JSON is read back as the same text', () => {
    const body = fillTemplate('{"to":"{{to}}","text":"{{text}}"}', { to: '+49 151', text: evil }, 'json');
    expect(JSON.parse(body)).toEqual({ to: '+49 151', text: evil });
  });

  it('a form is read back as the same text', () => {
    const body = fillTemplate('to={{to|digits}}&text={{ text }}&x=1', { to: '+49 151', text: evil }, 'form');
    expect([...new URLSearchParams(body)]).toEqual([
      ['to', '49151'],
      ['text', evil],
      ['x', '1'],
    ]);
  });

  it('XML keeps its shape', () => {
    expect(fillTemplate('<m>{{text}}</m>', { text: evil }, 'xml')).toBe(
      '<m>He said &quot;no&quot; \\ &lt;b&gt;&amp;amp;\r\nTo: +1</m>',
    );
  });

  it('a header stays one line', () => {
    expect(fillTemplate('{{text}}', { text: 'a\r\nX-Evil: 1' }, 'header')).toBe('a X-Evil: 1');
  });

  it('an unknown name is empty, also one that every object has', () => {
    expect(fillTemplate('[{{constructor}}{{nothing}}]', {}, 'plain')).toBe('[]');
  });

  it('a value that looks like a place is not filled in again', () => {
    expect(fillTemplate('{{text}}', { text: '{{password}}', password: 'p' }, 'plain')).toBe('{{password}}');
  });

  it('tells what a template uses', () => {
    expect(placesOf('{{to|digits}} {{ text }} {not} {{}}')).toEqual([
      { name: 'to', filter: 'digits' },
      { name: 'text', filter: null },
    ]);
  });

  it.each([
    ['application/json', 'json'],
    ['application/vnd.api+json; charset=utf-8', 'json'],
    ['Application/X-WWW-Form-Urlencoded', 'form'],
    ['text/xml', 'xml'],
    ['application/soap+xml', 'xml'],
    ['text/plain', 'plain'],
  ])('%s is escaped as %s', (type, expected) => {
    expect(escapingOf(type)).toBe(expected);
  });
});
