import { decodeUtf8 } from './utf8.ts';
import type { WireReader } from './wire-reader.ts';

/**
 * The attributes of the OpenTelemetry semantic conventions that decide something here, new names and the ones that
 * SDKs still send (https://opentelemetry.io/docs/specs/semconv/). All other attributes are only stored.
 */
export const semanticAttributes = [
  'http.response.status_code',
  'http.status_code',
  'http.request.method',
  'http.method',
  'http.url',
  'url.full',
  'rpc.system',
  'rpc.system.name',
  'rpc.service',
  'rpc.method',
  'rpc.grpc.status_code',
  'rpc.response.status_code',
  'db.system.name',
  'db.system',
  'db.namespace',
  'db.name',
  'messaging.system',
  'messaging.destination.name',
  'messaging.destination.template',
  'messaging.destination',
  'peer.service',
  'service.peer.name',
  'server.address',
  'server.port',
  'net.peer.name',
  'net.peer.port',
  'network.peer.address',
  'net.sock.peer.addr',
] as const;

export type SemanticAttribute = (typeof semanticAttributes)[number];

/** How a pure rule reads the attributes of a span. */
export interface AttributeReader {
  /** The value of a text attribute, '' when absent or of another type. */
  text(name: SemanticAttribute): string;
  /** The value of an int (or a text of digits, which old SDKs send), null when absent. */
  number(name: SemanticAttribute): number | null;
}

/** The hash that the attribute writer makes while it copies a key. */
export const keyHash = (key: string): number => {
  let hash = 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) | 0;
  return hash;
};

const slots = new Map<string, number>(semanticAttributes.map((name, slot) => [name, slot]));
const slotsByHash = new Map<number, number>(semanticAttributes.map((name, slot) => [keyHash(name), slot]));

const absent = 0;
const isText = 1;
const isNumber = 2;

/**
 * Where the semantic attributes of the span at hand lie in the body. Texts are decoded only when a rule asks. One object
 * for all spans: `reset` makes it empty.
 */
export class SemanticValues implements AttributeReader {
  private readonly reader: WireReader;
  private readonly kinds = new Uint8Array(semanticAttributes.length);
  private readonly froms = new Float64Array(semanticAttributes.length);
  private readonly tos = new Float64Array(semanticAttributes.length);
  private any = false;

  constructor(reader: WireReader) {
    this.reader = reader;
  }

  reset(): void {
    if (this.any) this.kinds.fill(absent);
    this.any = false;
  }

  /** The slot of a key with this hash and these bytes, or -1. */
  slot(hash: number, from: number, to: number): number {
    const slot = slotsByHash.get(hash);
    if (slot === undefined) return -1;
    const name = semanticAttributes[slot]!;
    if (name.length !== to - from) return -1;
    for (let at = 0; at < name.length; at++) if (this.reader.bytes[from + at] !== name.charCodeAt(at)) return -1;
    return slot;
  }

  setText(slot: number, from: number, to: number): void {
    this.any = true;
    this.kinds[slot] = isText;
    this.froms[slot] = from;
    this.tos[slot] = to;
  }

  setNumber(slot: number, value: number): void {
    this.any = true;
    this.kinds[slot] = isNumber;
    this.froms[slot] = value;
  }

  text(name: SemanticAttribute): string {
    const slot = slots.get(name)!;
    return this.kinds[slot] === isText
      ? decodeUtf8(this.reader.bytes, this.froms[slot]!, Math.min(this.tos[slot]!, this.froms[slot]! + 512))
      : '';
  }

  number(name: SemanticAttribute): number | null {
    const slot = slots.get(name)!;
    if (this.kinds[slot] === isNumber) return this.froms[slot]!;
    if (this.kinds[slot] !== isText) return null;
    const text = this.text(name);
    return /^\d{1,9}$/.test(text) ? Number(text) : null;
  }
}
