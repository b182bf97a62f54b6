import { quote } from './quote.ts';

/** The path under which a replicated table keeps its state in Keeper; the macros are the server's own. */
const keeperPath = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'";
const mark = /\{\{\s*(table|local|read|engine)\s+([\s\S]*?)\s*\}\}/g;
const tableMark = /^([a-z][a-z0-9_]*)(?:\s+shard\s+([\s\S]+))?$/;

/** A statement with marks that mean nothing, or a mark where it cannot stand. */
export class TemplateError extends Error {}

/**
 * One statement of a migration as the statements to run, in order: one for the embedded engine or a single server
 * (`cluster` null), one or two for a cluster. The marks are described in this folder's README.
 */
export const renderForCluster = (statement: string, cluster: string | null): string[] => {
  refuseUnknownMarks(statement);
  const table = tableOf(statement);
  if (cluster === null) return [replaceMarks(statement, (kind, text) => (kind === 'engine' ? text : nameOf(text)))];
  const onCluster = `ON CLUSTER ${quote(cluster)}`;
  const local = replaceMarks(statement, (kind, text) => {
    if (kind === 'engine') return replicated(text);
    if (kind === 'read') return `${nameOf(text)}_local`;
    return `${nameOf(text)}_local ${onCluster}`;
  });
  if (table === null) return [local];
  if (/^\s*CREATE\b/i.test(withoutComments(statement))) return [local, distributed(table, cluster, onCluster)];
  const front = replaceMarks(statement, (kind, text) =>
    kind === 'table' ? `${nameOf(text)} ${onCluster}` : nameOf(text),
  );
  return /^\s*DROP\b/i.test(withoutComments(statement)) ? [front, local] : [local, front];
};

interface TableMark {
  readonly name: string;
  readonly shard: string;
}

const tableOf = (statement: string): TableMark | null => {
  const found = [...statement.matchAll(mark)].filter((one) => one[1] === 'table');
  if (found.length > 1) throw new TemplateError('A statement may name one {{table …}}');
  if (found.length === 0) return null;
  const [, name, shard] = tableMark.exec(found[0]![2]!) ?? [];
  if (!name) throw new TemplateError(`{{table ${found[0]![2]}}} names no table`);
  return { name, shard: shard ?? 'rand()' };
};

const distributed = (table: TableMark, cluster: string, onCluster: string): string =>
  `-- The table that is read and written: over every shard's ${table.name}_local.\n` +
  `CREATE TABLE IF NOT EXISTS ${table.name} ${onCluster} AS ${table.name}_local ` +
  `ENGINE = Distributed(${quote(cluster)}, currentDatabase(), ${quote(`${table.name}_local`)}, ${table.shard})`;

/** `ReplacingMergeTree(version)` → `ReplicatedReplacingMergeTree('…', '{replica}', version)`. */
const replicated = (engine: string): string => {
  const [, name, args] = /^([A-Za-z]*MergeTree)(?:\(([\s\S]*)\))?$/.exec(engine) ?? [];
  if (!name) throw new TemplateError(`{{engine ${engine}}} is not of the MergeTree family`);
  return `Replicated${name}(${keeperPath}${args?.trim() ? `, ${args.trim()}` : ''})`;
};

const nameOf = (text: string): string => {
  const name = tableMark.exec(text)?.[1];
  if (!name) throw new TemplateError(`{{… ${text}}} names no table`);
  return name;
};

const replaceMarks = (statement: string, replacement: (kind: string, text: string) => string): string =>
  statement.replaceAll(mark, (_all, kind: string, text: string) => replacement(kind, text));

const refuseUnknownMarks = (statement: string): void => {
  const left = statement.replaceAll(mark, '');
  if (left.includes('{{'))
    throw new TemplateError('Known marks are {{table …}}, {{local …}}, {{read …}} and {{engine …}}');
};

/** The statement without the comments before it. */
const withoutComments = (statement: string): string => statement.replace(/^(?:\s|--[^\n]*(?:\n|$))+/, '');
