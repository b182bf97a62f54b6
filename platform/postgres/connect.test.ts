import { describe, expect, it } from 'vitest';
import { whyUnsuitable } from './connect.ts';

describe('a server that Leadline cannot stand on is refused with the reason', () => {
  it.each([
    { name: '14.9', number: '140009', encoding: 'UTF8', code: 'postgres.too-old' },
    { name: '9.6', number: '90624', encoding: 'UTF8', code: 'postgres.too-old' },
    { name: '15.0 in Latin 1', number: '150000', encoding: 'LATIN1', code: 'postgres.wrong-encoding' },
    { name: '15.0', number: '150000', encoding: 'UTF8', code: null },
    { name: '18.4', number: '180004', encoding: 'UTF8', code: null },
  ])('$name: $code', ({ name, number, encoding, code }) => {
    expect(whyUnsuitable({ number, version: name, encoding })?.problem.code ?? null).toBe(code);
  });
});
