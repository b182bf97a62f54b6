import { randomFillSync } from 'node:crypto';

/**
 * A new UUID of version 7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then 74 random bits,
 * so that rows written one after another lie beside each other in an index.
 */
export const newId = (atMs: number = Date.now()): string => {
  const bytes = randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(atMs, 0, 6);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
