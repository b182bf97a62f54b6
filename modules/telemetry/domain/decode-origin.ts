import type { DecodeContext } from './decode-context.ts';
import { foldedName } from './cardinality.ts';
import { addUnordered, combine, hashBytes, hashText, type Hash64 } from './hash64.ts';
import { identityOfService, type ResourceNames, type ServiceIdentity } from './identity-of-service.ts';
import { OffsetList } from './offset-list.ts';
import { otlpLimits } from './otlp-limits.ts';
import { RowWriter } from './row-writer.ts';
import { decodeUtf8 } from './utf8.ts';

/** Resource and scope of a run of items, with what each of their rows repeats. */
export interface Origin extends ServiceIdentity {
  readonly id: Hash64;
  /** `service`, `environment`, `version` as RowBinary. */
  readonly names: Uint8Array;
  /** Hash of the service's name: group of the cardinality guard. */
  readonly serviceHash: Hash64;
  /** The resource's attributes as RowBinary map. */
  readonly resource: Uint8Array;
  /** The row of `telemetry_origins` without `day`. */
  readonly row: Uint8Array;
}

const partsMax = 8;
const cacheMax = 2_048;
const identityAttributes = [
  'service.namespace',
  'service.name',
  'service.version',
  'deployment.environment.name',
  'deployment.environment',
] as const;

interface Place {
  from: number;
  to: number;
}

/** Decodes the pairs of resource and scope; the same pair comes with every request of a sender, so results are remembered. */
export class OriginDecoder {
  private readonly context: DecodeContext;
  private readonly cache = new Map<string, Origin>();
  /** Messages may come in several parts, which count as one (protobuf merges them). */
  readonly resourceParts = new OffsetList(partsMax);
  readonly scopeParts = new OffsetList(partsMax);
  readonly resourceSchema: Place = { from: 0, to: 0 };
  readonly scopeSchema: Place = { from: 0, to: 0 };
  private readonly attributes = new OffsetList(otlpLimits.attributes);
  private readonly entities = new OffsetList(otlpLimits.attributes);
  private readonly out = new RowWriter(4_096);

  constructor(context: DecodeContext) {
    this.context = context;
  }

  forget(): void {
    this.cache.clear();
  }

  /** The origin that the parts and schemas set before describe. */
  origin(): Origin {
    const key = this.cacheKey();
    const known = this.cache.get(key);
    if (known !== undefined) return known;
    const { reader } = this.context;
    const resume = reader.position;
    const { end } = reader;
    const made = this.decode();
    reader.within(resume, end);
    if (this.cache.size >= cacheMax) this.cache.clear();
    this.cache.set(key, made);
    return made;
  }

  private cacheKey(): string {
    const { reader, key } = this.context;
    const sum: Hash64 = { low: 0, high: 0 };
    const mix = (from: number, to: number) => {
      hashBytes(reader.bytes, from, to, key);
      combine(sum, key.low, key.high);
    };
    for (let at = 0; at < this.resourceParts.count; at++) mix(this.resourceParts.from(at), this.resourceParts.to(at));
    combine(sum, 1, 1);
    for (let at = 0; at < this.scopeParts.count; at++) mix(this.scopeParts.from(at), this.scopeParts.to(at));
    mix(this.resourceSchema.from, this.resourceSchema.to);
    mix(this.scopeSchema.from, this.scopeSchema.to);
    return `${sum.low}:${sum.high}`;
  }

  private decode(): Origin {
    const { out, context } = this;
    const hash: Hash64 = { low: 0, high: 0 };
    const dropped = this.collect(this.resourceParts, 1, 2, true);
    const identity = this.identity();
    context.tally.service = identity.service;
    out.length = 0;
    const resourceDropped = dropped + context.attributes.write(out, this.attributes, null, hash);
    const resource = out.take();
    out.text(identity.service);
    out.text(identity.environment);
    out.text(identity.version);
    const names = out.bytes.slice(resource.length, out.length);

    out.length = 0;
    out.raw(names, 0, names.length);
    out.raw(resource, 0, resource.length);
    const afterMap = out.length;
    out.uint32(resourceDropped);
    context.attributes.values.text(out, this.resourceSchema.from, this.resourceSchema.to, otlpLimits.nameBytes);
    out.text(this.entitiesJson());
    this.writeScope(hash, afterMap);
    return { ...identity, id: hash, names, serviceHash: textHash(identity.service), resource, row: out.take() };
  }

  /** Scope name, version, attributes, dropped count and schema; completes the hash over everything but the maps' order. */
  private writeScope(hash: Hash64, hashedFrom: number): void {
    const { out, context } = this;
    const { reader, attributes, key } = context;
    const name: Place = { from: 0, to: 0 };
    const version: Place = { from: 0, to: 0 };
    const dropped = this.collect(this.scopeParts, 3, 4, false, name, version);
    attributes.values.text(out, name.from, name.to, otlpLimits.nameBytes);
    attributes.values.text(out, version.from, version.to, otlpLimits.nameBytes);
    hashBytes(out.bytes, hashedFrom, out.length, key);
    combine(hash, key.low, key.high);
    const ofScope: Hash64 = { low: 0, high: 0 };
    const droppedHere = attributes.write(out, this.attributes, null, ofScope);
    combine(hash, ofScope.low, ofScope.high);
    const tail = out.length;
    out.uint32(dropped + droppedHere);
    attributes.values.text(out, this.scopeSchema.from, this.scopeSchema.to, otlpLimits.nameBytes);
    hashBytes(out.bytes, tail, out.length, key);
    combine(hash, key.low, key.high);
    reader.within(0, reader.bytes.length);
  }

  /** Reads all parts: attributes into the list, the count of dropped ones as the result. */
  private collect(
    parts: OffsetList,
    attributeField: number,
    droppedField: number,
    isResource: boolean,
    name?: Place,
    version?: Place,
  ): number {
    const { reader } = this.context;
    this.attributes.clear();
    if (isResource) this.entities.clear();
    let dropped = 0;
    for (let at = 0; at < parts.count; at++) {
      reader.within(parts.from(at), parts.to(at));
      while (reader.next()) {
        if (reader.field === attributeField) {
          reader.enter();
          this.attributes.add(reader.from, reader.to);
        } else if (reader.field === droppedField) dropped = reader.uint32();
        else if (isResource && reader.field === 3) {
          reader.enter();
          this.entities.add(reader.from, reader.to);
        } else if (!isResource && (reader.field === 1 || reader.field === 2)) {
          reader.enter();
          const place = reader.field === 1 ? name! : version!;
          place.from = reader.from;
          place.to = reader.to;
        } else reader.skip();
      }
    }
    return dropped;
  }

  private identity(): ServiceIdentity {
    const { reader, attributes } = this.context;
    const names: Record<keyof ResourceNames, string> = {
      'service.namespace': '',
      'service.name': '',
      'service.version': '',
      'deployment.environment.name': '',
      'deployment.environment': '',
    };
    for (let at = 0; at < this.attributes.count; at++) {
      reader.within(this.attributes.from(at), this.attributes.to(at));
      let key = '';
      let value: Place | null = null;
      while (reader.next()) {
        if (reader.field !== 1 && reader.field !== 2) {
          reader.skip();
          continue;
        }
        reader.enter();
        if (reader.field === 1) key = decodeUtf8(reader.bytes, reader.from, Math.min(reader.to, reader.from + 64));
        else value = { from: reader.from, to: reader.to };
      }
      const wanted = identityAttributes.find((name) => name === key);
      if (wanted === undefined || value === null) continue;
      attributes.values.scan(value.from, value.to);
      if (attributes.values.kind === 1)
        names[wanted] = decodeUtf8(
          reader.bytes,
          attributes.values.from,
          Math.min(attributes.values.to, attributes.values.from + 1_024),
        );
    }
    return this.folded(identityOfService(names));
  }

  /** Applies the guard to the dimensions of the rollups; what was sent stays in the resource's attributes. */
  private folded(identity: ServiceIdentity): ServiceIdentity {
    const { guard, tally } = this.context;
    const everything: Hash64 = { low: 0, high: 0 };
    if (!guard.admit('service', everything, textHash(identity.service))) {
      tally.add('service-folded', identity.service);
      return { service: foldedName, environment: '', version: '' };
    }
    const service = textHash(identity.service);
    const environmentHash = textHash(identity.environment);
    const environment = guard.admit('version', service, environmentHash) ? identity.environment : foldedName;
    const both: Hash64 = { ...service };
    combine(both, environmentHash.low, environmentHash.high);
    const version = guard.admit('version', both, textHash(identity.version)) ? identity.version : foldedName;
    if (environment === foldedName) tally.add('version-folded', identity.environment);
    if (version === foldedName) tally.add('version-folded', identity.version);
    return { ...identity, environment, version };
  }

  /** Entity references as JSON, '' when there are none. */
  private entitiesJson(): string {
    const { reader } = this.context;
    if (this.entities.count === 0) return '';
    const references: { schemaUrl: string; type: string; idKeys: string[]; descriptionKeys: string[] }[] = [];
    for (let at = 0; at < this.entities.count; at++) {
      const reference = { schemaUrl: '', type: '', idKeys: [] as string[], descriptionKeys: [] as string[] };
      reader.within(this.entities.from(at), this.entities.to(at));
      while (reader.next()) {
        if (reader.field < 1 || reader.field > 4) {
          reader.skip();
          continue;
        }
        reader.enter();
        const text = decodeUtf8(reader.bytes, reader.from, Math.min(reader.to, reader.from + otlpLimits.nameBytes));
        if (reader.field === 1) reference.schemaUrl = text;
        else if (reader.field === 2) reference.type = text;
        else if (reader.field === 3) reference.idKeys.push(text);
        else reference.descriptionKeys.push(text);
      }
      references.push(reference);
    }
    return JSON.stringify(references).slice(0, otlpLimits.attributeValueBytes);
  }
}

export const textHash = (text: string): Hash64 => {
  const hash: Hash64 = { low: 0, high: 0 };
  hashText(text, hash);
  return hash;
};

/** Writes the row that explains the origin, unless it is safe for that day already. */
export const writeOrigin = (context: DecodeContext, origin: Origin, epochDay: number): void => {
  const { low, high } = origin.id;
  const mark: Hash64 = { low, high };
  addUnordered(mark, Math.imul(epochDay, 0x9e3779b1) >>> 0, 0);
  if (context.written.has(mark.low, mark.high) || context.known.has(low, high, epochDay)) return;
  context.known.write(low, high, epochDay);
  context.written.add(mark.low, mark.high);
  const rows = context.sorter.rows('telemetry_origins', epochDay);
  if (rows === null) return;
  rows.out.uint16(epochDay);
  rows.out.uint64(low, high);
  rows.out.raw(origin.row, 0, origin.row.length);
  rows.count++;
};
