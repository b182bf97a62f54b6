import type { JSONColumnType } from 'kysely';
import type { Link, Origin } from '../contract.ts';

type Described = 'hand' | 'file';

/** PostgreSQL tables of the catalog, as Kysely sees them. */
export interface CatalogTables {
  'catalog.service': {
    name: string;
    first_seen: Date | null;
    last_seen: Date | null;
    title: string | null;
    description: string | null;
    owner: string | null;
    tier: number | null;
    lifecycle: string | null;
    type: string | null;
    system: string | null;
    tags: string[];
    links: JSONColumnType<Link[]>;
    provides: string[];
    consumes: string[];
    described_origin: Described | null;
    described_by: string | null;
    described_at: Date | null;
    described_source: string | null;
  };
  'catalog.service_version': {
    service: string;
    environment: string;
    version: string;
    first_seen: Date;
    last_seen: Date;
  };
  'catalog.dependency': {
    service: string;
    target: string;
    target_kind: 'service' | 'database' | 'messaging' | 'external';
    kind: 'http' | 'rpc' | 'messaging' | 'database' | 'other';
    origin: Origin;
    first_seen: Date | null;
    last_seen: Date | null;
  };
  'catalog.journey': {
    name: string;
    title: string | null;
    description: string | null;
    owner: string | null;
    origin: Described;
    described_by: string;
    described_at: Date;
    described_source: string | null;
  };
  'catalog.journey_step': {
    journey: string;
    position: number;
    name: string;
    service: string;
    operation: string | null;
  };
  'catalog.entity': {
    kind: 'system' | 'api' | 'resource';
    name: string;
    title: string | null;
    description: string | null;
    owner: string | null;
    type: string | null;
    lifecycle: string | null;
    system: string | null;
    tags: string[];
    links: JSONColumnType<Link[]>;
    origin: Described;
    described_by: string;
    described_at: Date;
    described_source: string | null;
  };
}
