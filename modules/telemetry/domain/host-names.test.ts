import { describe, expect, it } from 'vitest';
import { hostNames } from './host-names.ts';

const cases: [string, [id: string, name: string][], string[]][] = [
  ['nothing is said', [['', '']], ['']],
  [
    'name alone, id alone',
    [
      ['', 'web-1'],
      ['a1', ''],
    ],
    ['web-1', 'a1'],
  ],
  [
    'one host, said by three senders in three ways',
    [
      ['a1', 'web-1'],
      ['', 'web-1'],
      ['a1', ''],
    ],
    ['web-1', 'web-1', 'web-1'],
  ],
  [
    'one host under two names',
    [
      ['a1', 'web-1'],
      ['a1', 'web-1.example.com'],
    ],
    ['web-1', 'web-1'],
  ],
  [
    'two hosts of one name',
    [
      ['aaaaaaaa-1', 'clone'],
      ['bbbbbbbb-2', 'clone'],
      ['', 'clone'],
    ],
    ['clone (aaaaaaaa)', 'clone (bbbbbbbb)', 'clone'],
  ],
];

describe('a host has one name, however many say it', () => {
  it.each(cases)('%s', (_name, given, expected) =>
    expect(hostNames(given.map(([id, name]) => ({ id, name })))).toEqual(expected),
  );
});
