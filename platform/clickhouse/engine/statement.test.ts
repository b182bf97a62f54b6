import { describe, expect, test } from 'vitest';
import { admit } from './statement.ts';

const whole = (sql: string, hasBody = false): string => {
  const admission = admit(sql, hasBody);
  if (admission.kind === 'refused') return `refused ${admission.objection.code}`;
  return admission.kind === 'statement' ? admission.sql : admission.withFile('/spool/1');
};

describe('one statement a request', () => {
  const cases: readonly (readonly [name: string, given: string, expected: string])[] = [
    ['a plain one', 'select 1', 'select 1'],
    ['a trailing semicolon and comment', 'select 1; -- done', 'select 1'],
    ['several trailing semicolons', 'select 1;;', 'select 1'],
    ['a second statement', 'select 1; drop table v', 'refused 62'],
    ['a second one after a comment', 'select 1 /* ; */ ; drop table v', 'refused 62'],
    ['a second one on a line after a line comment', 'select 1 -- ;\n; drop table v', 'refused 62'],
    ['a second one after a hash comment', 'select 1 # x\n; drop table v', 'refused 62'],
    [
      'semicolons in quotes',
      `select ';', "a;b", \`c;d\`, $x$;$x$, $$;$$`,
      `select ';', "a;b", \`c;d\`, $x$;$x$, $$;$$`,
    ],
    [
      'a quote escaped by a backslash',
      String.raw`select 'a\'; drop table v; --'`,
      String.raw`select 'a\'; drop table v; --'`,
    ],
    ['a quote escaped by doubling', `select 'a''; drop'`, `select 'a''; drop'`],
    ['a backslash before the closing quote', String.raw`select '\\'; drop table v`, 'refused 62'],
    ['a comment within a comment', 'select 1 /* /* */ ; drop table v */', 'refused 62'],
    ['an open comment', 'select 1 /* x', 'refused 62'],
    ['an open string', "select 'x", 'refused 62'],
    ['a heredoc that does not close', 'select $x$ ; drop table v', 'refused 62'],
    ['typographic quotes, which ClickHouse takes for quotes', 'select ‘a; drop table v’', 'refused 62'],
    ['a hexadecimal string with a backslash', String.raw`select x'\'; drop table v --'`, 'refused 62'],
    ['a NUL byte', 'select 1\0', 'refused 62'],
    ['the vertical delimiter', String.raw`select 1\G drop table v`, 'refused 62'],
    ['nothing', '  -- nothing\n', 'refused 62'],
  ];
  test.each(cases)('%s', (_name, given, expected) => expect(whole(given)).toBe(expected));
});

describe('nothing that outlives the request or reaches outside', () => {
  test.each([
    'SET max_threads = 1',
    'set x = 1',
    'USE other',
    'SYSTEM SHUTDOWN',
    'BACKUP TABLE t TO File(1)',
    'ATTACH TABLE t',
    'GRANT ALL ON *.* TO a',
    'CREATE USER a',
    'CREATE FUNCTION f AS x -> x',
    'CREATE NAMED COLLECTION a AS b = 1',
    "CREATE DICTIONARY d (a Int) SOURCE(FILE(path '/etc/passwd'))",
    "ALTER USER default IDENTIFIED BY 'x'",
    'DROP FUNCTION f',
    'DROP NAMED COLLECTION c',
    'CREATE MATERIALIZED VIEW v TO t AS SELECT 1',
    "CREATE TABLE t (a Int8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local', path = '/etc/')",
    "ALTER TABLE t MODIFY SETTING disk = disk(type = 'web', endpoint = 'http://x')",
    "SELECT 1 SETTINGS dialect = 'kusto'",
    "INSERT INTO t SELECT * FROM format(Values, 'x') SETTINGS input_format_values_interpret_expressions = 1",
    'CREATE TEMPORARY TABLE t (a Int8)',
    "SELECT * FROM file('/etc/passwd')",
    "SELECT * FROM `file`('/etc/passwd')",
    'SELECT * FROM "url" (\'http://x\')',
    "SELECT file('/etc/passwd')",
    "SELECT * FROM FILE('/x')",
    "INSERT INTO FUNCTION file('/x') SELECT 1",
    "SELECT * FROM remote('h', a.b)",
    "SELECT * FROM s3('x')",
    "SELECT * FROM executable('x')",
    "SELECT 1 INTO OUTFILE '/tmp/x'",
    "CREATE TABLE t (a Int8) ENGINE = File(CSV, '/x')",
    'CREATE TABLE t (a Int8) ENGINE URL(1)',
    'CREATE TABLE t (a Int8) ENGINE = `S3`(1)',
    "CREATE DATABASE d ENGINE = MySQL('h')",
    'SELECT 1 SETTINGS max_execution_time = 0',
    'SELECT 1 SETTINGS max_threads = 1, max_memory_usage = 0',
    'CREATE OR REPLACE DICTIONARY d',
    "KILL QUERY WHERE query_id = 'x' SYNC",
  ])('%s', (sql) => expect(whole(sql)).toBe('refused 497'));

  test.each([
    "SELECT engine, 'file(' FROM system.tables WHERE engine = 'File'",
    'SELECT count() FROM numbers(10) SETTINGS max_threads = 1',
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    'CREATE TABLE t (a Int8) ENGINE = ReplacingMergeTree(a) ORDER BY a',
    'CREATE TABLE t (a Int8) ENGINE MergeTree ORDER BY a',
    'SELECT file FROM t',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    '(SELECT 1) UNION ALL (SELECT 2)',
    "ALTER TABLE t DROP PARTITION '2026-01-01'",
    "EXPLAIN AST CREATE TABLE t (a Int8) ENGINE = Distributed('c', d, t, rand())",
  ])('%s runs', (sql) => expect(whole(sql)).toBe(sql));
});

describe('data goes in through a file only', () => {
  const cases: readonly (readonly [name: string, given: string, hasBody: boolean, expected: string])[] = [
    [
      'rows as the body',
      'INSERT INTO t FORMAT JSONEachRow',
      true,
      "INSERT INTO t FROM INFILE '/spool/1' COMPRESSION 'none'  FORMAT JSONEachRow",
    ],
    [
      'rows for named columns',
      'INSERT INTO d.t (a, b) SETTINGS x = 1 FORMAT CSV',
      true,
      "INSERT INTO d.t (a, b) FROM INFILE '/spool/1' COMPRESSION 'none'  SETTINGS x = 1 FORMAT CSV",
    ],
    [
      'rows as VALUES in the body',
      'INSERT INTO TABLE t VALUES',
      true,
      "INSERT INTO TABLE t FROM INFILE '/spool/1' COMPRESSION 'none'  FORMAT Values",
    ],
    [
      'rows by input()',
      "INSERT INTO t SELECT *, 's' FROM input('a Int64') FORMAT RowBinary",
      true,
      "INSERT INTO t SELECT *, 's' FROM file('/spool/1', RowBinary, 'a Int64', 'none') ",
    ],
    [
      'rows by input() with a setting',
      "INSERT INTO t (a) SELECT a FROM input('a Int64') SETTINGS x = 1 FORMAT Native;",
      true,
      "INSERT INTO t (a) SELECT a FROM file('/spool/1', Native, 'a Int64', 'none') SETTINGS x = 1 ",
    ],
    ['a copy inside the engine', 'INSERT INTO t SELECT * FROM u', false, 'INSERT INTO t SELECT * FROM u'],
    [
      'a copy from the values function',
      "INSERT INTO t SELECT * FROM values('a Int8', (1))",
      false,
      "INSERT INTO t SELECT * FROM values('a Int8', (1))",
    ],
    ['inline VALUES', 'INSERT INTO t VALUES (1)', false, 'refused 62'],
    ['inline VALUES after columns', 'INSERT INTO t (a) VALUES (1)', false, 'refused 62'],
    ['inline JSON', 'INSERT INTO t FORMAT JSONEachRow {"a":1}', false, 'refused 62'],
    ['inline JSON with a body', 'INSERT INTO t FORMAT JSONEachRow {"a":1}', true, 'refused 62'],
    ['inline data after a blank line', 'INSERT INTO t FORMAT JSONEachRow\n\n{"a":1}', false, 'refused 62'],
    ['a body that nothing reads', 'INSERT INTO t SELECT 1', true, 'refused 62'],
    ['a body beside a query', 'SELECT 1', true, 'refused 62'],
    ['no body', 'INSERT INTO t FORMAT CSV', false, 'refused 62'],
    ['a file of one’s own', "INSERT INTO t FROM INFILE '/etc/passwd' FORMAT CSV", false, 'refused 497'],
    ['an explained insert with data', 'EXPLAIN INSERT INTO t VALUES (1)', false, 'refused 62'],
    [
      'two inputs',
      "INSERT INTO t SELECT * FROM input('a Int8') UNION ALL SELECT * FROM input('a Int8') FORMAT CSV",
      true,
      'refused 62',
    ],
  ];
  test.each(cases)('%s', (_name, given, hasBody, expected) => expect(whole(given, hasBody)).toBe(expected));
});
