import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aboutOfEntry, auditTopics, sentenceOfEntry } from './audit-words.ts';

describe('The audit log speaks in words', () => {
  it('fills the names in, and reads kinds of other modules out', () => {
    expect(sentenceOfEntry({ kind: 'token.created', data: { name: 'ci' } })).toBe('made the token ci');
    expect(sentenceOfEntry({ kind: 'token.created', data: {} })).toBe('made the token …');
    expect(sentenceOfEntry({ kind: 'incident.severity-raised', data: {} })).toBe('incident severity raised');
  });

  it('names what a change is about', () => {
    const id = '01a20481-f63a-7c84-9853-fbe75acaa10a';
    const actor = { kind: 'person', id, name: 'mira' } as const;
    expect(aboutOfEntry({ subject: `person:${id}`, actor, data: {} })).toBe('person mira');
    expect(aboutOfEntry({ subject: `person:${id.replace('01', '02')}`, actor, data: { name: 'jonas' } })).toBe(
      'person jonas',
    );
    expect(aboutOfEntry({ subject: 'service:shop/checkout', actor, data: { name: 'x' } })).toBe(
      'service shop/checkout',
    );
    expect(aboutOfEntry({ subject: 'organisation', actor, data: {} })).toBe('organisation');
  });

  it('has a sentence and a topic for every kind of event that identity writes', () => {
    const server = 'modules/identity/server/';
    const sources = readdirSync(server)
      .filter((name) => name.endsWith('.ts') && !name.includes('.test.'))
      .map((name) => readFileSync(server + name, 'utf8'));
    const kinds = new Set(
      sources.flatMap((text) =>
        [
          ...text.matchAll(
            /'((?:organisation|person|password|password-reset|second-factor|totp|passkey|recovery-codes?|session|sign-in|token|team|sso-provider|sso-identity)\.[a-z-]+)'/g,
          ),
        ].map((match) => match[1]!),
      ),
    );
    expect(kinds.size).toBeGreaterThan(25);
    const topics = auditTopics.flatMap((topic) => topic.kinds.split(','));
    const unsaid = [...kinds].filter(
      (kind) => sentenceOfEntry({ kind, data: {} }) === kind.replace('.', ' ').replaceAll('-', ' '),
    );
    const unfiltered = [...kinds].filter(
      (kind) => !topics.some((each) => each === kind || (each.endsWith('.*') && kind.startsWith(each.slice(0, -1)))),
    );
    expect({ unsaid, unfiltered }).toEqual({ unsaid: [], unfiltered: [] });
  });
});
