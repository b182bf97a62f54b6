/** The reference implementation of RFC 8188 and RFC 8291 ships no types; this is what is used of it. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';
  interface Parameters {
    readonly version: 'aes128gcm';
    readonly privateKey: ECDH;
    readonly dh?: Buffer;
    readonly authSecret: Buffer;
    readonly salt?: Buffer;
  }
  export function encrypt(plain: Buffer, parameters: Parameters): Buffer;
  export function decrypt(encrypted: Buffer, parameters: Parameters): Buffer;
}
