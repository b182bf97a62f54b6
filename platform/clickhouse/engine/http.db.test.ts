import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Agent } from 'node:http';
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, describe, expect, test } from 'vitest';
import { ownEngine } from './for-tests.ts';
import { limits } from './limits.ts';

// Promise: the real ClickHouse client finds a ClickHouse server here.

const engine = await ownEngine();

class OverSocket extends Agent {
  override createConnection(): ReturnType<typeof createConnection> {
    return createConnection(engine.socket);
  }
}
const agent = new OverSocket({ keepAlive: true });
const client = createClient({
  url: 'http://localhost',
  http_agent: agent,
  compression: { request: true, response: true },
  log: { level: ClickHouseLogLevel.OFF },
});
afterAll(async () => {
  await client.close();
  agent.destroy();
});
const rows = async <Row>(query: string, more: object = {}): Promise<Row[]> =>
  (await client.query({ query, format: 'JSONEachRow', ...more })).json<Row>();

describe('@clickhouse/client', () => {
  test('ping', async () => expect(await client.ping()).toEqual({ success: true }));
  test('ping by SELECT', async () => expect(await client.ping({ select: true })).toEqual({ success: true }));

  test('parameters of every kind', async () => {
    const query_params = {
      s: 'a\'b\\c\n\t"',
      n: 5,
      big: '18446744073709551615',
      list: ['x', "y'"],
      flag: true,
      at: new Date(0),
    };
    const [row] = await rows(
      'SELECT {s:String} AS s, {n:Int32} AS n, {big:UInt64} AS big, {list:Array(String)} AS list, {flag:Bool} AS flag, {at:DateTime} AS at',
      { query_params },
    );
    expect(row).toEqual({
      s: query_params.s,
      n: 5,
      big: '18446744073709551615',
      list: ['x', "y'"],
      flag: true,
      at: '1970-01-01 00:00:00',
    });
  });

  test('many parameters as a form', async () => {
    const list = Array.from({ length: 5000 }, (_none, at) => `value-${at}`);
    const [row] = await rows<{ count: string }>('SELECT length({list:Array(String)}) AS count', {
      query_params: { list },
      use_multipart_params: true,
    });
    expect(row).toEqual({ count: '5000' });
  });

  test('64-bit integers keep every digit in JSON', async () => {
    const answer = await client.query({
      query: 'SELECT toUInt64(18446744073709551615) AS a, toInt64(-9223372036854775808) AS b',
      format: 'JSON',
    });
    expect((await answer.json<{ a: string }>()).data).toEqual([
      { a: '18446744073709551615', b: '-9223372036854775808' },
    ]);
  });

  test('objects in, rows out, compressed both ways', async () => {
    await client.command({
      query:
        'CREATE TABLE objects (id UInt64, tags Map(String, String), at DateTime64(3)) ENGINE = MergeTree ORDER BY id',
    });
    const values = Array.from({ length: 20_000 }, (_none, id) => ({
      id: String(id),
      tags: { a: `b${id}` },
      at: '2026-11-22 10:00:00.123',
    }));
    await client.insert({ table: 'objects', values, format: 'JSONEachRow' });
    const back = await rows<{ id: string }>('SELECT * FROM objects ORDER BY id');
    expect(back).toEqual(values);
  });

  test('a stream of rows', async () => {
    await client.command({ query: 'CREATE TABLE streamed (id UInt64) ENGINE = MergeTree ORDER BY id' });
    const values = Readable.from(
      (function* numbers() {
        for (let id = 0; id < 1000; id += 1) yield { id };
      })(),
    );
    await client.insert({ table: 'streamed', values, format: 'JSONEachRow', columns: ['id'] });
    expect(await rows('SELECT count() AS count, sum(id) AS sum FROM streamed')).toEqual([
      { count: '1000', sum: '499500' },
    ]);
  });

  test('a wrong statement is a ClickHouseError with its code', async () => {
    await expect(rows('SELECT nope')).rejects.toMatchObject({ code: '47', type: 'UNKNOWN_IDENTIFIER' });
    await expect(rows('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
    await expect(rows('SELECT 1', { clickhouse_settings: { nope: 1 } })).rejects.toBeInstanceOf(ClickHouseError);
    const other = createClient({
      url: 'http://localhost',
      http_agent: agent,
      database: 'nowhere',
      log: { level: ClickHouseLogLevel.OFF },
    });
    await expect(other.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '81' });
    await other.close();
  });

  test('the query id comes back, settings count, a summary is given', async () => {
    const answer = await client.query({
      query: "SELECT getSetting('max_threads') AS n FROM numbers(10) LIMIT 1",
      format: 'JSONEachRow',
      query_id: 'my-id',
      clickhouse_settings: { max_threads: 3 },
    });
    expect(answer.query_id).toBe('my-id');
    expect(answer.response_headers['x-clickhouse-query-id']).toBe('my-id');
    expect(await answer.json()).toEqual([{ n: 3 }]);
  });

  test('aborting ends the statement in the engine', async () => {
    const abort = new AbortController();
    const lost = client.query({
      query: 'SELECT count() FROM numbers(10000000000000)',
      query_id: 'abandoned',
      abort_signal: abort.signal,
    });
    const running = async (): Promise<number> =>
      Number(
        (
          await rows<{ n: string }>(
            "SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = 'abandoned'",
          )
        )[0]!.n,
      );
    await expect.poll(running, { timeout: 10_000 }).toBe(1);
    await expect(rows('SELECT 1', { query_id: 'abandoned' })).rejects.toMatchObject({ code: '216' });
    abort.abort();
    await expect(lost).rejects.toThrow();
    await expect.poll(running, { timeout: 10_000 }).toBe(0);
  });

  test('a statement ends at its time bound and at its memory bound', async () => {
    await expect(
      rows('SELECT count() FROM numbers(10000000000000)', { clickhouse_settings: { max_execution_time: 0.2 } }),
    ).rejects.toMatchObject({ code: '159' });
    await expect(
      rows('SELECT groupArray(number) FROM numbers(1000000000)', {
        clickhouse_settings: { max_memory_usage: '50000000' },
      }),
    ).rejects.toMatchObject({ code: '241' });
    await expect(
      rows('SELECT count(x) FROM (SELECT 1 AS x)', { clickhouse_settings: { max_result_bytes: '1' } }).then(
        (got) => got.length,
      ),
    ).rejects.toMatchObject({ code: '396' });
    await expect(rows('SELECT 1 FROM numbers(10000000)').then((got) => got.length)).rejects.toMatchObject({
      code: '396',
    });
  });
});

describe('requests as they stand', () => {
  test('gzip in and out', async () => {
    await engine.send({ body: 'CREATE TABLE zipped (s String) ENGINE = MergeTree ORDER BY s' });
    const line = `${'x'.repeat(100)}\n`.repeat(1000);
    const sent = await engine.send({
      query: { query: 'INSERT INTO zipped FORMAT TSV' },
      body: gzipSync(line),
      headers: { 'Content-Encoding': 'gzip' },
    });
    expect(sent.status).toBe(200);
    const back = await engine.send({
      query: { enable_http_compression: '1' },
      body: 'SELECT s FROM zipped',
      headers: { 'Accept-Encoding': 'gzip' },
    });
    expect(back.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(back.body).toString()).toBe(line);
  });

  test('a body that is not what its encoding says', async () => {
    const answer = await engine.send({
      query: { query: 'INSERT INTO zipped FORMAT TSV' },
      body: 'not gzip',
      headers: { 'Content-Encoding': 'gzip' },
    });
    expect([answer.status, answer.code]).toEqual([400, '354']);
    expect((await engine.send({ body: 'SELECT 1', headers: { 'Content-Encoding': 'lzma' } })).code).toBe('89');
  });

  test('a gzip bomb ends at the bound and leaves no file', async () => {
    const bomb = gzipSync(Buffer.alloc(limits.queryBytesMax * 4));
    expect((await engine.send({ body: bomb, headers: { 'Content-Encoding': 'gzip' } })).status).toBe(413);
  });

  test('a statement that is too long', async () => {
    const answer = await engine.send({ body: `SELECT '${'x'.repeat(limits.queryBytesMax)}'` });
    expect(answer.status).toBe(413);
  });

  test('GET may only read', async () => {
    expect((await engine.send({ method: 'GET', query: { query: 'SELECT 1' } })).text).toBe('1\n');
    expect((await engine.send({ method: 'GET', query: { query: 'DROP TABLE zipped' } })).code).toBe('164');
  });

  test('other paths and methods', async () => {
    expect((await engine.send({ method: 'GET', path: '/ping' })).text).toBe('Ok.\n');
    expect((await engine.send({ method: 'GET', path: '/play' })).status).toBe(404);
    expect((await engine.send({ method: 'DELETE' })).status).toBe(405);
  });

  test('a sender that goes away in the middle of its body leaves nothing', async () => {
    await new Promise<void>((done) => {
      const socket = createConnection(engine.socket, () => {
        socket.write(
          'POST /?query=INSERT%20INTO%20zipped%20FORMAT%20TSV HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc\n',
        );
        setImmediate(() => socket.destroy());
      });
      socket.on('close', () => done());
      socket.on('error', () => undefined);
    });
    expect((await engine.send({ body: "SELECT count() FROM zipped WHERE s = 'abc'" })).text).toBe('0\n');
  });
});
