import type { DecodeContext } from './decode-context.ts';
import type { Origin, OriginDecoder } from './decode-origin.ts';

/**
 * Walks an export request. All three signals have one shape: `Resource… { resource = 1, scope… = 2, schema_url = 3 }`
 * in field 1, and `Scope… { scope = 1, items = 2, schema_url = 3 }` in it. Each level is read twice, because the schema
 * URL, which every row needs, comes after the rows; the first reading only leaps over them.
 */
export const walkRequest = (
  context: DecodeContext,
  origins: OriginDecoder,
  visit: (origin: Origin, from: number, to: number) => void,
): void => {
  const { reader } = context;
  reader.within(0, reader.bytes.length);
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    reader.enter();
    const resume = reader.position;
    walkResource(context, origins, reader.from, reader.to, visit);
    reader.within(resume, reader.bytes.length);
  }
};

const walkResource = (
  context: DecodeContext,
  origins: OriginDecoder,
  from: number,
  to: number,
  visit: (origin: Origin, from: number, to: number) => void,
): void => {
  const { reader } = context;
  skim(context, from, to, origins.resourceParts, origins.resourceSchema);
  reader.within(from, to);
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    reader.enter();
    const resume = reader.position;
    walkScope(context, origins, reader.from, reader.to, visit);
    reader.within(resume, to);
  }
};

const walkScope = (
  context: DecodeContext,
  origins: OriginDecoder,
  from: number,
  to: number,
  visit: (origin: Origin, from: number, to: number) => void,
): void => {
  const { reader, tally } = context;
  skim(context, from, to, origins.scopeParts, origins.scopeSchema);
  const origin = origins.origin();
  tally.service = origin.service;
  reader.within(from, to);
  while (reader.next()) {
    if (reader.field !== 2) {
      reader.skip();
      continue;
    }
    reader.enter();
    const resume = reader.position;
    visit(origin, reader.from, reader.to);
    reader.within(resume, to);
  }
};

/** Finds the head (field 1) and the schema URL (field 3) of a level without reading its items. */
const skim = (
  context: DecodeContext,
  from: number,
  to: number,
  parts: OriginDecoder['resourceParts'],
  schema: OriginDecoder['resourceSchema'],
): void => {
  const { reader } = context;
  parts.clear();
  schema.from = 0;
  schema.to = 0;
  reader.within(from, to);
  while (reader.next()) {
    if (reader.field === 1) {
      reader.enter();
      parts.add(reader.from, reader.to);
    } else if (reader.field === 3) {
      reader.enter();
      schema.from = reader.from;
      schema.to = reader.to;
    } else reader.skip();
  }
};
