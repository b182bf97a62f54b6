import { describe, expect, test } from 'vitest';
import { encodeFrame, scanFrames, type Frame } from './frame.ts';

const seed = 0x1234_5678;
const frame = (text: string): Frame => ({
  meta: {
    hash: text,
    atMs: 1_000,
    parts: [{ table: 'telemetry_spans', day: '2026-11-22', count: 1, bytes: text.length, tenSeconds: [1_795_342_200] }],
  },
  payload: [Buffer.from(text.slice(0, 1)), Buffer.from(text.slice(1))],
});
const bytesOf = (...texts: string[]): Buffer =>
  Buffer.concat(texts.flatMap((text) => encodeFrame(frame(text), seed).buffers));
const hashes = (bytes: Buffer): string[] => scanFrames(bytes, seed).frames.map(({ meta }) => meta.hash);

describe('what stands in the log is read back, or its damage is seen', () => {
  test('every frame comes back as it was written', () => {
    const bytes = bytesOf('first', 'second');
    const scan = scanFrames(bytes, seed);
    expect(scan.frames.map(({ meta }) => meta)).toEqual([frame('first').meta, frame('second').meta]);
    expect(scan.frames.map(({ payloadFrom, to }) => bytes.toString('utf8', payloadFrom, to))).toEqual([
      'first',
      'second',
    ]);
    expect(scan).toMatchObject({ damage: [], tornBytes: 0 });
  });

  test('a last frame cut off at any byte is torn, and the ones before it are whole', () => {
    const whole = bytesOf('first', 'second');
    const start = bytesOf('first').byteLength;
    for (let length = start; length < whole.byteLength; length += 1) {
      const scan = scanFrames(whole.subarray(0, length), seed);
      expect(scan.frames).toHaveLength(1);
      expect(scan).toMatchObject({ damage: [], tornBytes: length - start });
    }
  });

  test('a changed bit anywhere in the middle is damage, and the frames around it are whole', () => {
    const clean = bytesOf('first', 'second', 'third');
    const [from, to] = [bytesOf('first').byteLength, bytesOf('first', 'second').byteLength];
    for (let at = from; at < to; at += 1) {
      const bytes = Buffer.from(clean);
      bytes[at]! ^= 0x10;
      const scan = scanFrames(bytes, seed);
      expect(scan.frames.map(({ meta }) => meta.hash)).toEqual(['first', 'third']);
      expect(scan.damage).toEqual([{ from, to }]);
    }
  });

  test('a frame that a sender hid in a log line is not taken for one behind a damaged stretch', () => {
    const forged = Buffer.concat(encodeFrame(frame('forged'), 0).buffers).toString('latin1');
    const inside: Frame = { ...frame('carrier'), payload: [Buffer.from(forged, 'latin1')] };
    const bytes = Buffer.concat([...encodeFrame(inside, seed).buffers, ...encodeFrame(frame('next'), seed).buffers]);
    bytes[5]! ^= 0xff;
    expect(hashes(bytes)).toEqual(['next']);
  });
});
