import { expect, it } from 'vitest';
import { bodyText } from './body-text.ts';

it.each([
  ['the same', 'Checkout burns', ''],
  ['the same and more', 'Checkout burns\n\nWhy you: on call.', 'Why you: on call.'],
  ['a sentence that begins so', 'Checkout burns its budget.', 'Checkout burns its budget.'],
  ['something else', 'Half of all requests fail.', 'Half of all requests fail.'],
])('a subject is not said twice: %s', (_name, text, expected) => {
  expect(bodyText({ subject: 'Checkout burns', text })).toBe(expected);
});
