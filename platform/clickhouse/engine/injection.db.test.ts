import { beforeEach, describe, expect, test } from 'vitest';
import { admit } from './statement.ts';
import { harmlessTableFunctions, outsideFunctions } from './table-functions.ts';
import { ownEngine } from './for-tests.ts';

// Promise: whatever is sent as data or as a statement, nothing but that one statement runs, and nothing of it stays behind.

const engine = await ownEngine();
const ask = async (sql: string): Promise<string> => (await engine.send({ body: sql })).text.trim();
const exists = async (table: string): Promise<boolean> => (await ask(`EXISTS TABLE ${table}`)) === '1';

beforeEach(async () => {
  await ask('DROP TABLE IF EXISTS victim');
  await ask('CREATE TABLE victim (a String) ENGINE = MergeTree ORDER BY a');
});

describe('data is never a statement', () => {
  test('a blank line in the rows ends nothing', async () => {
    const answer = await engine.send({
      query: { query: 'INSERT INTO victim FORMAT JSONEachRow' },
      body: '{"a":"1"}\n\nDROP TABLE victim;',
    });
    expect(answer.code).toBeDefined();
    expect(await exists('victim')).toBe(true);
    const clean = await engine.send({
      query: { query: 'INSERT INTO victim FORMAT JSONEachRow' },
      body: '{"a":"1"}\n\n\n\n{"a":"2"}',
    });
    expect(clean.status).toBe(200);
    expect(await ask('SELECT groupArray(a) FROM (SELECT a FROM victim ORDER BY a)')).toBe("['1','2']");
  });

  test('two line feeds in binary rows are data', async () => {
    await ask('CREATE TABLE binary (n UInt32, s String) ENGINE = MergeTree ORDER BY n');
    const row = Buffer.from([0x0a, 0x0a, 0x0a, 0x0a, 4, 0x0a, 0x0a, 0x3b, 0x0a]);
    for (const sql of [
      'INSERT INTO binary FORMAT RowBinary',
      "INSERT INTO binary SELECT n, s FROM input('n UInt32, s String') FORMAT RowBinary",
    ]) {
      const answer = await engine.send({
        query: { query: sql },
        body: Buffer.concat(Array.from({ length: 1000 }, () => row)),
      });
      expect([answer.status, answer.text]).toEqual([200, '']);
    }
    expect(await ask('SELECT count(), uniq(n, s), any(hex(s)) FROM binary')).toBe('2000\t1\t0A0A3B0A');
  });

  test('an expression in a row is not evaluated', async () => {
    for (const row of ["(file('/etc/passwd'))", '((SELECT 1))', "(concat('a', 'b'))"]) {
      const answer = await engine.send({
        query: { query: 'INSERT INTO victim VALUES', input_format_values_interpret_expressions: '1' },
        body: row,
      });
      expect(answer.code).toBeDefined();
    }
    expect((await engine.send({ query: { query: 'INSERT INTO victim VALUES' }, body: "('a'), ('b;c')" })).status).toBe(
      200,
    );
    expect(await ask('SELECT groupArray(a) FROM (SELECT a FROM victim ORDER BY a)')).toBe("['a','b;c']");
  });

  test('another dialect is not spoken', async () => {
    const answer = await engine.send({
      query: { dialect: 'kusto', allow_experimental_kusto_dialect: '1' },
      body: 'SELECT 1',
    });
    expect(answer.text).toBe('1\n');
  });

  test('a truncated body inserts nothing', async () => {
    const answer = await engine.send({
      query: { query: "INSERT INTO victim SELECT s FROM input('s String') FORMAT RowBinary" },
      body: Buffer.from([1, 97, 5, 98]),
    });
    expect(answer.code).toBeDefined();
    expect(answer.text).not.toContain('/spool/');
    expect(await ask('SELECT count() FROM victim')).toBe('0');
  });

  test('an unknown field of a JSON row is an error, not a silence', async () => {
    const answer = await engine.send({
      query: { query: 'INSERT INTO victim FORMAT JSONEachRow' },
      body: '{"a":"1","b":"2"}',
    });
    expect(answer.code).toBe('117');
  });

  test('a parameter stays a value', async () => {
    const value = "x'; DROP TABLE victim; --";
    const answer = await engine.send({
      query: { param_v: value, param_t: 'a\\tb' },
      body: 'SELECT {v:String}, hex({t:String})',
    });
    expect(answer.text).toBe("x\\'; DROP TABLE victim; --\t610962\n");
    expect(await exists('victim')).toBe(true);
  });

  test.each([
    ['a setting’s value', { max_threads: "1'; DROP TABLE victim; --" }],
    ['a setting’s name', { 'max_threads = 1; DROP TABLE victim; --': '1' }],
    ['the database', { database: 'default`; DROP TABLE victim; --' }],
    ['the query id', { query_id: "x', max_threads=1; DROP TABLE victim; --" }],
    ['the default format', { default_format: 'CSV; DROP TABLE victim' }],
  ])('%s is not run', async (_name, query) => {
    await engine.send({ query: query as unknown as Record<string, string>, body: 'SELECT 1' });
    expect(await exists('victim')).toBe(true);
  });
});

describe('one statement a request', () => {
  test('a second statement is refused and does not run', async () => {
    for (const sql of [
      'select 1; drop table victim',
      'select 1;;drop table victim',
      "select 'a\\\\'; drop table victim",
      'drop table nothing_here; drop table victim',
    ]) {
      const answer = await engine.send({ body: sql });
      expect([answer.status, answer.code]).toEqual([400, '62']);
    }
    expect(await exists('victim')).toBe(true);
  });

  test('what is admitted holds no second statement in the eyes of the engine either', async () => {
    const pieces = [
      "'",
      "''",
      '"',
      '`',
      '\\',
      '/*',
      '*/',
      '--',
      '#',
      '# ',
      '\n',
      '$$',
      '$a$',
      ' ',
      'x',
      "x'",
      '‘',
      '’',
      '{',
      '}',
      ';',
      '1',
      '(',
      ')',
      ', ',
      '\\n',
      "'a'",
      '/',
      '*',
      '-',
      '−−',
      '«',
      '\u00a0',
    ];
    let seed = 20261122;
    const dice = (sides: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * sides);
    };
    let ran = 0;
    for (let round = 0; round < 60_000 && ran < 250; round += 1) {
      const some = (): string => Array.from({ length: dice(7) }, () => pieces[dice(pieces.length)]).join('');
      const sql = `select 1 ${some()}; create table evil (a Int8) engine = Null; ${some()}`;
      if (admit(sql, false).kind !== 'statement') continue;
      ran += 1;
      await engine.send({ body: sql });
      if (await exists('evil'))
        expect.fail(`This text was admitted and its second statement ran: ${JSON.stringify(sql)}`);
    }
    expect(ran).toBeGreaterThan(50);
  });
});

describe('nothing stays behind', () => {
  test('settings, parameters and the database of one request are not seen by the next', async () => {
    await ask('CREATE DATABASE IF NOT EXISTS other');
    const first = await engine.send({
      query: { max_threads: '1', param_p: '7', database: 'other', max_block_size: '17' },
      body: "SELECT getSetting('max_block_size'), {p:UInt8}, currentDatabase()",
    });
    expect(first.text).toBe('17\t7\tother\n');
    for (let time = 0; time < 20; time += 1) {
      const next = await engine.send({
        body: "SELECT getSetting('max_block_size') = 17, currentDatabase(), getSetting('max_threads') = 1",
      });
      expect(next.text).toBe('0\tdefault\t0\n');
      expect((await engine.send({ body: 'SELECT {p:UInt8}' })).code).toBe('456');
    }
  });

  test('a failed statement leaves no setting either', async () => {
    await engine.send({ query: { max_block_size: '17' }, body: 'SELECT nope' });
    expect(await ask("SELECT getSetting('max_block_size') = 17")).toBe('0');
  });

  test('bounds cannot be lifted from within', async () => {
    expect(
      (await engine.send({ query: { max_execution_time: '0' }, body: "SELECT getSetting('max_execution_time')" })).text,
    ).toBe('60\n');
    expect(
      (await engine.send({ query: { max_execution_time: '999999' }, body: "SELECT getSetting('max_execution_time')" }))
        .text,
    ).toBe('3600\n');
    expect((await engine.send({ body: 'SELECT 1 SETTINGS max_execution_time = 0' })).code).toBe('497');
    expect((await engine.send({ query: { session_id: 'x' }, body: 'SELECT 1' })).code).toBe('48');
  });

  test('the body of an insert is gone from the disk', async () => {
    await engine.send({ query: { query: 'INSERT INTO victim FORMAT CSV' }, body: 'x\n' });
    await engine.send({ query: { query: 'INSERT INTO nowhere FORMAT CSV' }, body: 'x\n' });
    const { readdirSync } = await import('node:fs');
    expect(readdirSync(`${engine.folder}/data/spool`)).toEqual([]);
  });
});

describe('nothing reaches outside', () => {
  test('every table function of this engine is either known as harmless or refused', async () => {
    const names = (await ask('SELECT lower(name) FROM system.table_functions'))
      .split('\n')
      .filter((name) => name !== 'input');
    expect(names.filter((name) => !harmlessTableFunctions.has(name) && !outsideFunctions.has(name)).toSorted()).toEqual(
      [],
    );
  });

  test('a file of the machine cannot be read or written', async () => {
    for (const sql of [
      "SELECT * FROM file('/etc/passwd', LineAsString)",
      "SELECT * FROM eval('SELECT * FROM file(1)')",
      "SELECT file('/etc/passwd')",
      "SELECT 1 INTO OUTFILE '/tmp/leadline-never'",
      "CREATE TABLE f (a String) ENGINE = File(CSV, '/etc/passwd')",
    ]) {
      expect((await engine.send({ body: sql })).code).toBe('497');
    }
  });

  test('a browser is refused', async () => {
    const foreign: Record<string, string>[] = [
      { Origin: 'http://evil.example' },
      { Host: 'evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const headers of foreign) {
      expect((await engine.send({ body: 'SELECT 1', headers })).status).toBe(403);
    }
  });
});
