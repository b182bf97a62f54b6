import { createHmac, timingSafeEqual } from 'node:crypto';

/** What one link is for; a link never does anything else. */
export const linkPurposes = ['acknowledge', 'resolve', 'show'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

export interface LinkRead {
  readonly purpose: LinkPurpose;
  /** The notification that the link was sent with: it knows page and person. */
  readonly notification: string;
  readonly expiresAt: Temporal.Instant;
  /** The signature: by it the link is remembered as used. */
  readonly mac: Buffer;
}

export interface Links {
  sign(purpose: LinkPurpose, notification: string, expiresAt: Temporal.Instant): string;
  /** Null for what we did not sign. Whether it has expired the caller looks at. */
  read(token: string): LinkRead | null;
  /** Small letters and digits, short enough for an e-mail address; comes back with replies. */
  replyToken(notification: string): string;
  readReplyToken(token: string): string | null;
}

const version = 1;
const macBytes = 16;
const replyMacBytes = 12;
const bytes = { head: 1 + 1 + 16 + 4, whole: 1 + 1 + 16 + 4 + macBytes };
/** Replies by e-mail are sent to `…+page.<token>@…`. */
export const replyPurpose = 'page';

/**
 * Links by HMAC-SHA-256 (cut to 128 bits, RFC 2104 section 5): version, purpose, notification, expiry in seconds, signature, in
 * base64url: 51 characters, short enough for an SMS. No row is kept for a link until it is used.
 */
export const createLinks = (key: Buffer): Links => {
  const macOf = (head: Buffer): Buffer =>
    createHmac('sha256', key).update('link').update(head).digest().subarray(0, macBytes);
  const replyMac = (id: Buffer): Buffer =>
    createHmac('sha256', key).update('reply').update(id).digest().subarray(0, replyMacBytes);
  return {
    sign: (purpose, notification, expiresAt) => {
      const head = Buffer.alloc(bytes.head);
      head[0] = version;
      head[1] = linkPurposes.indexOf(purpose);
      uuidBytes(notification).copy(head, 2);
      head.writeUInt32BE(Math.floor(expiresAt.epochMilliseconds / 1_000), 18);
      return Buffer.concat([head, macOf(head)]).toString('base64url');
    },
    read: (token) => {
      if (!/^[\w-]{40,60}$/.test(token)) return null;
      const raw = Buffer.from(token, 'base64url');
      if (raw.length !== bytes.whole || raw[0] !== version) return null;
      const [head, mac] = [raw.subarray(0, bytes.head), raw.subarray(bytes.head)];
      const purpose = linkPurposes[head[1]!];
      if (!timingSafeEqual(mac, macOf(head)) || purpose === undefined) return null;
      return {
        purpose,
        notification: uuidOf(head.subarray(2, 18)),
        expiresAt: Temporal.Instant.fromEpochMilliseconds(head.readUInt32BE(18) * 1_000),
        mac: Buffer.from(mac),
      };
    },
    replyToken: (notification) => {
      const id = uuidBytes(notification);
      return `${replyPurpose}.${base32(Buffer.concat([id, replyMac(id)]))}`;
    },
    readReplyToken: (token) => {
      const raw = fromBase32(token.slice(replyPurpose.length + 1));
      if (!token.startsWith(`${replyPurpose}.`) || raw?.length !== 16 + replyMacBytes) return null;
      const [id, mac] = [raw.subarray(0, 16), raw.subarray(16)];
      return timingSafeEqual(mac, replyMac(id)) ? uuidOf(id) : null;
    },
  };
};

const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (raw: Buffer): string =>
  raw.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** RFC 4648 base32 in small letters, without padding: addresses of e-mail do not keep capitals apart. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
const base32 = (raw: Buffer): string => {
  const bits = [...raw].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
};
const fromBase32 = (text: string): Buffer | null => {
  if (!/^[a-z2-7]{1,64}$/.test(text)) return null;
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
};
