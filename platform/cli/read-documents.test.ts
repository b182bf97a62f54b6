import { describe, expect, it } from 'vitest';
import { readDocuments } from './read-documents.ts';

const two = `apiVersion: leadline.dev/v1
kind: Team
metadata:
  name: payments
spec:
  members:
    - person: a@example.org
      role: king
---
kind: Team
metadata: {name: cart}
`;

describe('a file of documents is read with the place of every field', () => {
  it('finds each document and where a field stands', () => {
    const { documents, errors } = readDocuments(two);
    expect(errors).toEqual([]);
    expect(documents.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['Team payments', 'Team cart']);
    expect(documents[0]!.position(['spec', 'members', 0, 'role'])).toEqual({ line: 8, column: 13 });
    expect(documents[0]!.position(['spec', 'owner'])).toEqual({ line: 5, column: 1 });
    expect(documents[1]!.position(['metadata', 'name'])).toEqual({ line: 11, column: 18 });
  });

  it.each([
    ['no kind', 'metadata: {name: x}', 'kind'],
    ['no name', 'kind: Team\nmetadata: {}', 'metadata.name'],
    ['a list', '- a', 'kind'],
    ['broken YAML', 'kind: [', ''],
    ['a key twice', 'kind: Team\nkind: Team\nmetadata: {name: x}', ''],
  ])('refuses %s with its place', (_name, text, field) => {
    const { documents, errors } = readDocuments(text);
    expect(documents).toEqual([]);
    expect(errors[0]).toMatchObject({ field, line: expect.any(Number), column: expect.any(Number) });
  });

  it('refuses a bomb of aliases instead of unfolding it', () => {
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1]',
      ...'bcdefghi'
        .split('')
        .map((letter, index) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ].join('\n');
    expect(readDocuments(`kind: Team\nmetadata: {name: x}\n${bomb}`).errors[0]?.message).toMatch(/alias/i);
  });
});

describe('Several documents', () => {
  const names = (text: string) => readDocuments(text).documents.map(({ kind, name }) => `${kind} ${name}`);
  it('stand apart, in a list, or in a List as kubectl writes it', () => {
    const two = ['kind: Team\nmetadata: {name: a}', 'kind: Team\nmetadata: {name: b}'];
    expect(names(two.join('\n---\n'))).toEqual(['Team a', 'Team b']);
    expect(names('- {kind: Team, metadata: {name: a}}\n- {kind: Team, metadata: {name: b}}')).toEqual([
      'Team a',
      'Team b',
    ]);
    expect(names('kind: List\nitems:\n  - {kind: Team, metadata: {name: a}}')).toEqual(['Team a']);
  });

  it('keep the place of each field', () => {
    const [, second] = readDocuments(
      '- kind: Team\n  metadata: {name: a}\n- kind: Team\n  metadata:\n    name: b\n',
    ).documents;
    expect(second!.position(['metadata', 'name'])).toEqual({ line: 5, column: 11 });
  });

  it('need kind and name, but for those that somebody knows by something else', () => {
    const text = 'version: prometheus/v1\nservice: x';
    expect(readDocuments(text).errors).toMatchObject([{ field: 'kind' }]);
    const known = (value: unknown) => (value as { version?: string }).version === 'prometheus/v1';
    expect(readDocuments(text, known)).toMatchObject({ errors: [], documents: [{ kind: '', name: '' }] });
  });
});
