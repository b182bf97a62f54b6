import { createECDH } from 'node:crypto';
import ece from 'http_ece';
import { describe, expect, it } from 'vitest';
import { encryptPush } from './encrypt.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url');

/** RFC 8291, section 5 and appendix A, in their own notation. */
const example = {
  plaintext: 'V2hlbiBJIGdyb3cgdXAsIEkgd2FudCB0byBiZSBhIHdhdGVybWVsb24',
  senderPrivate: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  receiverPrivate: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  receiverPublic: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  body:
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A' +
    '_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

describe('A push message is encrypted for one browser', () => {
  it('equals the example of RFC 8291, byte by byte', () => {
    const sender = createECDH('prime256v1');
    sender.setPrivateKey(bytes(example.senderPrivate));
    const body = encryptPush(
      bytes(example.plaintext),
      { p256dh: bytes(example.receiverPublic), auth: bytes(example.auth) },
      { salt: bytes(example.salt), sender },
    );
    expect(body.toString('base64url')).toBe(example.body);
  });

  it('never takes the same salt or key twice, and is read by whoever holds the key', () => {
    const receiver = createECDH('prime256v1');
    const keys = { p256dh: receiver.generateKeys(), auth: bytes(example.auth) };
    const [first, second] = [encryptPush(Buffer.from('up'), keys), encryptPush(Buffer.from('up'), keys)];
    expect(first.subarray(0, 16)).not.toEqual(second.subarray(0, 16));
    expect(first.subarray(21, 86)).not.toEqual(second.subarray(21, 86));
    const opened = ece.decrypt(second, { version: 'aes128gcm', privateKey: receiver, authSecret: keys.auth });
    expect(opened.toString()).toBe('up');
  });
});
