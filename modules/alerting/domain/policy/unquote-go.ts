const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/**
 * What a Go string in double quotes says; null for none. Bytes (`\xf0`, `\360`) must make UTF-8 together.
 * https://go.dev/ref/spec#String_literals
 */
export const unquoteGo = (text: string): string | null => {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return null;
  const parts = text.slice(1, -1).match(escapes) ?? [];
  if (parts.join('').length !== text.length - 2) return null;
  let escapedBytes = '';
  for (const part of parts) {
    const said = percentOf(part);
    if (said === null) return null;
    escapedBytes += said;
  }
  try {
    return decodeURIComponent(escapedBytes);
  } catch {
    return null;
  }
};

/** One character or one escape at a time; a bare line feed or quote is none. */
const escapes = /\\x[0-9a-fA-F]{2}|\\[0-7]{3}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\[abfnrtv\\"]|[^\\"\n]/gu;

/** The part as bytes in percent signs, so that bytes of several parts can become one character. */
const percentOf = (part: string): string | null => {
  if (!part.startsWith('\\')) return encoded(part);
  const [kind, digits] = [part[1]!, part.slice(2)];
  if (kind === 'x') return `%${digits}`;
  if (kind === 'u' || kind === 'U') {
    const point = Number.parseInt(digits, 16);
    return point > 0x10_ff_ff || (point >= 0xd8_00 && point <= 0xdf_ff) ? null : encoded(String.fromCodePoint(point));
  }
  if (/[0-7]/u.test(kind)) {
    const byte = Number.parseInt(kind + digits, 8);
    return byte > 255 ? null : `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded(simple[kind]!);
};

const encoded = (character: string): string | null => {
  try {
    return encodeURIComponent(character);
  } catch {
    return null;
  }
};
