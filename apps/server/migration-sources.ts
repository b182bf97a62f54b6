/** Folders of migrations: the ground's, then each module's. The files' times order them over all folders. */
export const migrationSources: { name: string; folder: URL }[] = [
  { name: 'http', folder: new URL('../../platform/http/migrations/', import.meta.url) },
  { name: 'ledger', folder: new URL('../../platform/ledger/migrations/', import.meta.url) },
  { name: 'jobs', folder: new URL('../../platform/jobs/migrations/', import.meta.url) },
  { name: 'identity', folder: new URL('../../modules/identity/server/migrations/', import.meta.url) },
  { name: 'catalog', folder: new URL('../../modules/catalog/server/migrations/', import.meta.url) },
  { name: 'delivery', folder: new URL('../../modules/delivery/server/migrations/', import.meta.url) },
  { name: 'telemetry', folder: new URL('../../modules/telemetry/server/migrations/', import.meta.url) },
  { name: 'probes', folder: new URL('../../modules/probes/server/migrations/', import.meta.url) },
  { name: 'oncall', folder: new URL('../../modules/oncall/server/migrations/', import.meta.url) },
  { name: 'objectives', folder: new URL('../../modules/objectives/server/migrations/', import.meta.url) },
  { name: 'changes', folder: new URL('../../modules/changes/server/migrations/', import.meta.url) },
  { name: 'alerting', folder: new URL('../../modules/alerting/server/migrations/', import.meta.url) },
];
