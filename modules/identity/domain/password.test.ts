import { describe, expect, it } from 'vitest';
import { passwordFault } from './password.ts';

describe('A new password is refused only for what makes it guessable', () => {
  const about = { name: 'mira.okafor', email: 'mira@harbour.example' };
  it.each([
    ['eleven characters', 'short words', 'too-short'],
    ['four words', 'tide lantern copper moss', null],
    ['twelve random characters', 'k7#Qz!x9Lm2p', null],
    ['a sentence with umlauts', 'Über die Brücke', null],
    ['one sign repeated', 'aaaaaaaaaaaaaaaa', 'too-plain'],
    ['counting up', '123456789012', 'too-plain'],
    ['counting down', '987654321098', 'too-plain'],
    ['password with digits', 'Password12345!', 'too-plain'],
    ['the product name twice', 'leadlineleadline', 'too-plain'],
    ['the own address', 'mira@harbour.example1', 'is-your-name'],
    ['the own name', 'mira.okafor1', 'is-your-name'],
    ['longer than the hash may take', 'xyzw'.repeat(65), 'too-long'],
  ])('%s', (_name, password, fault) => {
    expect(passwordFault(password, about)).toBe(fault);
  });

  it('asks nothing about a name where there is none', () => {
    expect(passwordFault('tide lantern copper', { name: 'a', email: null })).toBeNull();
  });
});
