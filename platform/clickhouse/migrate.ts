import type { Configuration } from '../config/settings.ts';
import type { Log } from '../log/log.ts';
import { Refusal } from '../../kernel/problem.ts';
import type { ClickHouse } from './clickhouse.ts';
import { readMigrations, type MigrationFile, type MigrationSource } from './migration-file.ts';
import { renderForCluster } from './template.ts';

interface AppliedRow {
  readonly name: string;
  readonly hash: string;
}

/** A statement of a migration may move data. */
const statementMs = 600_000;

const journal = `-- Which migrations have been applied, and the hash of each file, so that an edited one is noticed.
CREATE TABLE IF NOT EXISTS {{table leadline_migrations shard cityHash64(name)}} (
  name String COMMENT 'source/file',
  hash String COMMENT 'SHA-256 of the file',
  applied_at DateTime64(3) DEFAULT now64(3)
) ENGINE = {{engine ReplacingMergeTree(applied_at)}}
ORDER BY name`;

/**
 * Applies what is new, in the order of time over all sources, and gives the names. Forward only: a file that was applied
 * and has changed since is refused (`clickhouse.migration-edited`), as is one that has gone. ClickHouse has no
 * transactions over DDL: every statement may run again, so a file that a crash cut in two is run anew from its start.
 * The caller sees to it that one process migrates at a time (the PostgreSQL migration's lock is held around both).
 */
export const migrateClickHouse = async (
  clickhouse: ClickHouse,
  config: Pick<Configuration, 'values'>,
  sources: readonly MigrationSource[],
  log: Pick<Log, 'info'>,
): Promise<{ applied: string[] }> => {
  const cluster = config.values.clickhouseCluster ?? null;
  const files = await readMigrations(sources);
  for (const statement of renderForCluster(journal, cluster)) await clickhouse.command(statement);
  const before = await clickhouse.query<AppliedRow>(
    '-- What has been applied, to compare with the files.\nSELECT name, hash FROM leadline_migrations FINAL',
  );
  const known = new Map(before.map((row) => [row.name, row.hash]));
  refuseEdited(files, known, sources);
  const applied: string[] = [];
  for (const file of files) {
    if (known.has(file.name)) continue;
    await applyFile(clickhouse, cluster, file);
    applied.push(file.name);
    log.info({ migration: file.name }, 'ClickHouse migration applied');
  }
  return { applied };
};

const applyFile = async (clickhouse: ClickHouse, cluster: string | null, file: MigrationFile): Promise<void> => {
  for (const template of file.statements) {
    for (const statement of renderForCluster(template, cluster)) {
      await clickhouse.command(statement, { timeoutMs: statementMs, lane: 'background' }).catch((error: unknown) => {
        throw new Refusal({
          status: 500,
          code: 'clickhouse.migration-failed',
          title: `The ClickHouse migration ${file.name} failed`,
          detail: `${(error as Error).message}\n${statement}`,
        });
      });
    }
  }
  await clickhouse.command(
    '-- Remembers that this file was applied.\nINSERT INTO leadline_migrations (name, hash) SELECT {name:String}, {hash:String}',
    { params: { name: file.name, hash: file.hash } },
  );
};

const refuseEdited = (
  files: readonly MigrationFile[],
  known: ReadonlyMap<string, string>,
  sources: readonly MigrationSource[],
): void => {
  const edited = files
    .filter((file) => known.has(file.name) && known.get(file.name) !== file.hash)
    .map((file) => file.name);
  const names = new Set(files.map((file) => file.name));
  const gone = [...known.keys()].filter(
    (name) => !names.has(name) && sources.some((source) => name.startsWith(`${source.name}/`)),
  );
  if (edited.length === 0 && gone.length === 0) return;
  const detail = [
    edited.length > 0 ? `edited since they were applied: ${edited.join(', ')}` : '',
    gone.length > 0 ? `applied once and gone now (an older Leadline on newer data?): ${gone.join(', ')}` : '',
  ]
    .filter(Boolean)
    .join('; ');
  throw new Refusal({
    status: 500,
    code: 'clickhouse.migration-edited',
    title: 'Applied ClickHouse migrations differ from the files',
    detail: `${detail}. Restore the files and put the change into a new one.`,
  });
};
