import type { z } from 'zod';
import type { resource, scope } from '../../contract/records.ts';
import type { Reads } from './reads.ts';
import { valuesOf } from './stored-values.ts';

interface OriginRow {
  readonly originId: string;
  readonly resource: Record<string, string>;
  readonly resourceDropped: number;
  readonly resourceSchemaUrl: string;
  readonly entities: string;
  readonly scopeName: string;
  readonly scopeVersion: string;
  readonly scopeAttributes: Record<string, string>;
  readonly scopeDropped: number;
  readonly scopeSchemaUrl: string;
}

export interface Origin {
  readonly resource: z.output<typeof resource>;
  readonly scope: z.output<typeof scope>;
}

/** What signals came from, by id. An id equals the hash of what it stands for, so any row of it serves. */
export const originsOf = async (reads: Reads, ids: Iterable<string>): Promise<(id: string) => Origin> => {
  const rows = await reads.engine.read<OriginRow>(
    `-- Resource and scope of the signals of a page.
     SELECT toString(origin_id) AS originId, any(resource) AS resource, any(resource_dropped_attributes) AS resourceDropped, any(resource_schema_url) AS resourceSchemaUrl,
            any(resource_entities) AS entities, any(scope_name) AS scopeName, any(scope_version) AS scopeVersion, any(scope_attributes) AS scopeAttributes,
            any(scope_dropped_attributes) AS scopeDropped, any(scope_schema_url) AS scopeSchemaUrl
     FROM telemetry_origins WHERE origin_id IN (SELECT toUInt64(arrayJoin({origins:Array(String)}))) GROUP BY origin_id`,
    { origins: [...new Set(ids)] },
  );
  const byId = new Map(rows.map((row) => [row.originId, originOf(row)]));
  return (id) => byId.get(id) ?? nothingKnown;
};

const originOf = (row: OriginRow): Origin => ({
  resource: {
    attributes: valuesOf(row.resource),
    schemaUrl: row.resourceSchemaUrl,
    droppedAttributesCount: row.resourceDropped,
    entities: row.entities === '' ? [] : (JSON.parse(row.entities) as Origin['resource']['entities']),
  },
  scope: {
    name: row.scopeName,
    version: row.scopeVersion,
    attributes: valuesOf(row.scopeAttributes),
    schemaUrl: row.scopeSchemaUrl,
    droppedAttributesCount: row.scopeDropped,
  },
});

const nothingKnown: Origin = {
  resource: { attributes: {}, schemaUrl: '', droppedAttributesCount: 0, entities: [] },
  scope: { name: '', version: '', attributes: {}, schemaUrl: '', droppedAttributesCount: 0 },
};
