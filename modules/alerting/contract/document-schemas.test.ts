import { describe, expect, it } from 'vitest';
import { alertingKinds, documentSchemaOf } from './document-schemas.ts';

describe('the JSON Schemas of documents', () => {
  it.each(alertingKinds)('of %s name the kind and refuse what it does not know', (kind) => {
    const schema = documentSchemaOf(kind) as any;
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.properties.kind).toMatchObject({ const: kind });
    expect(schema.properties.apiVersion).toMatchObject({ const: 'leadline.dev/v1' });
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(expect.arrayContaining(['apiVersion', 'kind', 'metadata']));
  });

  it('let a route leave out what has a default, at every level', () => {
    const { spec } = (documentSchemaOf('Route') as any).properties;
    expect(spec.required ?? []).toEqual([]);
    expect(spec.properties.routes.items.required ?? []).toEqual([]);
  });
});
