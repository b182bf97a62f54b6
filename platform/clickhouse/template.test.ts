import { describe, expect, test } from 'vitest';
import { renderForCluster, TemplateError } from './template.ts';

// Promise: one migration serves the embedded engine and a cluster.

const create =
  '-- Why.\nCREATE TABLE IF NOT EXISTS {{table spans shard cityHash64(segment)}} (a Int8) ENGINE = {{engine ReplacingMergeTree(version)}} ORDER BY a';
const keeper = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";

const cases: readonly (readonly [name: string, statement: string, single: string, cluster: readonly string[]])[] = [
  [
    'a table',
    create,
    '-- Why.\nCREATE TABLE IF NOT EXISTS spans (a Int8) ENGINE = ReplacingMergeTree(version) ORDER BY a',
    [
      `-- Why.\nCREATE TABLE IF NOT EXISTS spans_local ON CLUSTER 'c' (a Int8) ENGINE = ReplicatedReplacingMergeTree(${keeper}, version) ORDER BY a`,
      "-- The table that is read and written: over every shard's spans_local.\nCREATE TABLE IF NOT EXISTS spans ON CLUSTER 'c' AS spans_local ENGINE = Distributed('c', currentDatabase(), 'spans_local', cityHash64(segment))",
    ],
  ],
  [
    'a column',
    'ALTER TABLE {{table spans}} ADD COLUMN b Int8',
    'ALTER TABLE spans ADD COLUMN b Int8',
    ["ALTER TABLE spans_local ON CLUSTER 'c' ADD COLUMN b Int8", "ALTER TABLE spans ON CLUSTER 'c' ADD COLUMN b Int8"],
  ],
  [
    'what only the storing table knows',
    "ALTER TABLE {{local spans}} DROP PARTITION '2026-01-01'",
    "ALTER TABLE spans DROP PARTITION '2026-01-01'",
    ["ALTER TABLE spans_local ON CLUSTER 'c' DROP PARTITION '2026-01-01'"],
  ],
  [
    'a table that goes',
    'DROP TABLE IF EXISTS {{table spans}}',
    'DROP TABLE IF EXISTS spans',
    ["DROP TABLE IF EXISTS spans ON CLUSTER 'c'", "DROP TABLE IF EXISTS spans_local ON CLUSTER 'c'"],
  ],
  [
    'a shard’s own part',
    'SELECT count() FROM {{read spans}}',
    'SELECT count() FROM spans',
    ['SELECT count() FROM spans_local'],
  ],
  ['no mark at all', 'INSERT INTO a SELECT 1', 'INSERT INTO a SELECT 1', ['INSERT INTO a SELECT 1']],
];

describe('rendering', () => {
  test.each(cases)('%s', (_name, statement, single, cluster) => {
    expect(renderForCluster(statement, null)).toEqual([single]);
    expect(renderForCluster(statement, 'c')).toEqual(cluster);
  });

  test('an engine without arguments', () =>
    expect(
      renderForCluster('CREATE TABLE {{table a}} (a Int8) ENGINE = {{engine MergeTree}} ORDER BY a', 'c')[0],
    ).toContain(`ENGINE = ReplicatedMergeTree(${keeper}) ORDER`));
  test('the name of the cluster is quoted', () =>
    expect(renderForCluster('DROP TABLE {{local a}}', "c' x")).toEqual(["DROP TABLE a_local ON CLUSTER 'c\\' x'"]));
  test.each(['{{tabel a}}', '{{table A b}}', '{{engine Log}}', '{{table a}} {{table b}}', '{{table a'])(
    '%s is refused',
    (statement) => {
      expect(() => renderForCluster(`CREATE TABLE ${statement}`, 'c')).toThrow(TemplateError);
    },
  );
});
