/** The short word by which files, URLs and documents name a person, a team or a provider. */
export const handlePattern = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/u;

export const handleRule =
  'Small letters, digits, dots, dashes and underscores; at most 63; the first and the last a letter or digit';

/**
 * A free handle made from any text, `Mira Ökafor` → `mira.okafor`; with a number behind it where that is taken.
 * `taken` says whether a handle is in use.
 */
export const handleFrom = (text: string, taken: (handle: string) => boolean): string => {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/gu, '.')
    .slice(0, 56)
    .replace(/^[._-]+|[._-]+$/gu, '');
  const base = plain === '' ? 'person' : plain;
  if (!taken(base)) return base;
  for (let number = 2; ; number++) {
    const candidate = `${base}-${number}`;
    if (!taken(candidate)) return candidate;
  }
};
