/** Where to go after signing in: a path of ours that the address names, else the first screen. */
export const nextPath = (wanted: unknown): string =>
  typeof wanted === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(wanted) && !wanted.startsWith('/sign-in') ? wanted : '/';
