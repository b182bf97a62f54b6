import { expect, it } from 'vitest';
import { withoutAddress } from './without-address.ts';

it.each([
  ['550 5.1.1 <P1@Example.org>: no such mailbox', 'p1@example.org', '550 5.1.1 <(the address)>: no such mailbox'],
  ['The number 4915112345678 is not known', '+4915112345678', 'The number (the address) is not known'],
  ['unknown host hooks.example.org', 'https://hooks.example.org:8443/in?key=s3cret1', 'unknown host (the address)'],
  ['no route for /in?key=s3cret1', 'https://hooks.example.org/in?key=s3cret1', 'no route for (the address)'],
  ['nothing of it in here', 'p1@example.org', 'nothing of it in here'],
  ['a+b(c)*', '(c)*', 'a+b(c)*'],
])('%s', (text, address, expected) => {
  expect(withoutAddress(text, address)).toBe(expected);
});
