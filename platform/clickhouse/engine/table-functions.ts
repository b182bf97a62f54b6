/**
 * Table functions that compute from their arguments or from tables of this engine: allowed in a statement.
 * Every other one (files, addresses, other databases, programs) is refused. A test compares both lists with
 * `system.table_functions`, so that a new engine's new function is decided, not forgotten.
 */
export const harmlessTableFunctions: ReadonlySet<string> = new Set([
  'dictionary', 'format', 'generaterandom', 'generateseries', 'generate_series', 'merge', 'mergetreeanalyzeindexes',
  'mergetreeanalyzeindexesuuid', 'mergetreeindex', 'mergetreeprojection', 'mergetreetextindex', 'null', 'numbers', 'numbers_mt',
  'primes', 'sqlstandardvalues', 'values', 'view', 'viewexplain', 'viewifpermitted', 'zeros', 'zeros_mt',
]);

/**
 * Table functions that reach outside the engine's own tables, or run a statement that stands in a string (`eval`);
 * and the scalar functions that do (`file`, `catboostEvaluate`, `hasColumnInTable` with a host).
 */
export const outsideFunctions: ReadonlySet<string> = new Set([
  'arrowflight', 'arrowstream', 'azureblobstorage', 'azureblobstoragecluster', 'cluster', 'clusterallreplicas', 'cosn', 'deltalake',
  'deltalakeazure', 'deltalakeazurecluster', 'deltalakecluster', 'deltalakelocal', 'deltalakes3', 'deltalakes3cluster',
  'eval', 'executable', 'file', 'filecluster', 'filesystem', 'fuzzjson', 'fuzzquery', 'gcs', 'hascolumnintable', 'hdfs', 'hdfscluster', 'hive', 'hudi',
  'hudicluster', 'iceberg', 'icebergazure', 'icebergazurecluster', 'icebergcluster', 'iceberghdfs', 'iceberghdfscluster',
  'iceberglocal', 'iceberglocalcluster', 'icebergs3', 'icebergs3cluster', 'jdbc', 'kafka', 'loop', 'mongodb', 'mysql', 'nats',
  'odbc', 'oss', 'paimon', 'paimonazure', 'paimonazurecluster', 'paimoncluster', 'paimonhdfs', 'paimonhdfscluster', 'paimonlocal',
  'paimons3', 'paimons3cluster', 'postgresql', 'prometheusquery', 'prometheusqueryrange', 'python', 'redis', 'remote', 'remotesecure',
  's3', 's3cluster', 'sqlite', 'timeseriesdata', 'timeseriesmetrics', 'timeseriessamples', 'timeseriesselector', 'timeseriestags', 'url', 'urlcluster',
  'ytsaurus', 'catboostevaluate',
]);

/** Table engines that keep their data in this engine, plus those of a cluster (which are only explained here). */
export const ownEngine = /^(?:(?:Replicated)?(?:|Replacing|Summing|Aggregating|Collapsing|VersionedCollapsing|Coalescing)MergeTree|Null|Memory|Log|TinyLog|StripeLog|Set|Join|Buffer|Merge|Distributed|View|Atomic)$/;
