/** What a person or a token may do, from least to most. Each role may do all that the ones before it may. */
export const roles = ['viewer', 'responder', 'editor', 'admin'] as const;
export type Role = (typeof roles)[number];

/** True when `held` is at least `needed`. */
export const reaches = (held: Role | null, needed: Role): boolean =>
  held !== null && roles.indexOf(held) >= roles.indexOf(needed);
