/**
 * Fingerprint of a set of labels as Prometheus and Alertmanager make it: 64 bits of FNV-1a over name, 0xFF, value, 0xFF of each
 * label, by the order of the names' bytes (github.com/prometheus/common, `model.LabelSet.Fingerprint`); 16 hexadecimal digits.
 */
export const fingerprintOf = (labels: Readonly<Record<string, string>>): string => {
  const hash = { high: 0xcbf29ce4, low: 0x84222325 };
  for (const name of Object.keys(labels).toSorted(byBytes)) {
    add(hash, name);
    addByte(hash, 0xff);
    add(hash, labels[name]!);
    addByte(hash, 0xff);
  }
  return hex(hash.high) + hex(hash.low);
};

interface Hash {
  high: number;
  low: number;
}

/** Two halves of 32 bits: a multiplication by 2^40 + 435 stays exact in a double, and a BigInt a byte would cost fifty times more. */
const addByte = (hash: Hash, byte: number): void => {
  const low = (hash.low ^ byte) >>> 0;
  const product = low * 435;
  hash.high = (Math.imul(hash.high, 435) + Math.floor(product / 2 ** 32) + ((low << 8) >>> 0)) >>> 0;
  hash.low = product >>> 0;
};

/** By the bytes of UTF-8. */
const add = (hash: Hash, text: string): void => {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) addByte(hash, unit);
    else {
      const point = text.codePointAt(index)!;
      if (point > 0xffff) index += 1;
      addPoint(hash, point >= 0xd800 && point <= 0xdfff ? 0xfffd : point);
    }
  }
};

const addPoint = (hash: Hash, point: number): void => {
  if (point < 0x800) addByte(hash, 0xc0 | (point >> 6));
  else {
    if (point < 0x10000) addByte(hash, 0xe0 | (point >> 12));
    else {
      addByte(hash, 0xf0 | (point >> 18));
      addByte(hash, 0x80 | ((point >> 12) & 0x3f));
    }
    addByte(hash, 0x80 | ((point >> 6) & 0x3f));
  }
  addByte(hash, 0x80 | (point & 0x3f));
};

const hex = (half: number): string => half.toString(16).padStart(8, '0');

/** UTF-16 and UTF-8 order differ where a name has surrogates; code points order as bytes do. */
const byBytes = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue;
    return left.codePointAt(index)! - right.codePointAt(index)!;
  }
  return left.length - right.length;
};
