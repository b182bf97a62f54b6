import { afterEach, vi } from 'vitest';

// The product works without a network: a part that asks for an icon or a font from elsewhere must fail its test.
// This file comes before the library is loaded, which keeps the `fetch` that it finds.
// Files share one process, and the library keeps the first file's: all write into one list.
const shared = globalThis as { askedOfTheNetwork?: string[] };
const asked = (shared.askedOfTheNetwork ??= []);
const refuse: typeof fetch = (input) => {
  const url = input instanceof Request ? input.url : String(input);
  asked.push(url);
  return Promise.reject(new Error(`A part test called the network: ${url}`));
};
vi.stubGlobal('fetch', refuse);

afterEach(() => {
  const foreign = asked.splice(0).filter((url) => /^https?:/.test(url) && !/^https?:\/\/localhost/.test(url));
  if (foreign.length > 0) throw new Error(`A part asked for something from elsewhere: ${foreign.join(', ')}`);
});
