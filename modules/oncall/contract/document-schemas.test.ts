import { describe, expect, it } from 'vitest';
import { documentSchemaOf, oncallKinds } from './document-schemas.ts';

describe('the JSON Schemas of documents', () => {
  it.each(oncallKinds)('of %s name the kind and refuse what it does not know', (kind) => {
    const schema = documentSchemaOf(kind) as any;
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.properties.kind).toMatchObject({ const: kind });
    expect(schema.properties.apiVersion).toMatchObject({ const: 'leadline.dev/v1' });
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required).toEqual(expect.arrayContaining(['apiVersion', 'kind', 'metadata']));
  });

  it('let a schedule leave out what has a default', () => {
    const { spec } = (documentSchemaOf('Schedule') as any).properties;
    expect(spec.required).toEqual(['zone', 'layers']);
    expect(spec.properties.layers.items.required).toEqual(['name']);
  });
});
