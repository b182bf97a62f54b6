/**
 * The token of a one-time link, from behind `#`: that part of an address is sent to no server.
 * Null where there is none.
 */
export const linkToken = (hash: string): string | null =>
  new URLSearchParams(hash.replace(/^#/, '')).get('token') || null;
