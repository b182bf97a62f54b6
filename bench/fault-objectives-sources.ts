import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { sourceCases, valuesOf, type SourceCase } from './fault-objectives-source-cases.ts';
import {
  applyDocuments,
  askApi,
  connectCounts,
  connectState,
  untilTrue,
  type Report,
} from './fault-objectives-product.ts';
import type { Product } from './product.ts';

/** From the first right minute to the start: what history each source holds. */
const historyMinutes = 60;
/** A fault begins before the objective is made, or when it has counted for a while. */
const beginnings = ['from the beginning', 'later'] as const;
/** Silence of an outside source so long is the state `no-data`; a fault lasts a little longer. */
const noDataMinutes = 3;
const toldWithinMs = 330_000;
const repairedWithinMs = 420_000;

interface Source {
  readonly name: string;
  readonly is: SourceCase;
  readonly beginning: (typeof beginnings)[number];
  faulty: boolean;
  readonly server: Server;
  readonly port: number;
  number: number;
}

/**
 * Outside sources that are down, slow, or answer what is no count: each is `no-data` with its reason, never one wrong minute,
 * and every minute is there when the source has come to its senses.
 */
export const badSources = async (product: Product, token: string, report: Report): Promise<void> => {
  const from = Math.floor(Date.now() / 60_000) * 60 - historyMinutes * 60;
  const sources: Source[] = [];
  for (const is of sourceCases)
    for (const beginning of beginnings)
      if (is.faulty || beginning === 'later') sources.push(await open(is, beginning, from));
  try {
    for (const source of sources) if (source.beginning === 'from the beginning') await setFaulty(source, true);
    await applyDocuments(product, token, sources.flatMap(documentsOf));
    await findNumbers(product, sources);
    const later = sources.filter(({ beginning }) => beginning === 'later');
    await untilTrue('the history of sources that answer', 120_000, async () =>
      everyOne(later, async (source) => (await standing(product, source, from)).found > historyMinutes - 5),
    );
    for (const source of later) await setFaulty(source, source.is.faulty);
    const reasons = await untilTold(product, token, sources);
    const wrongWhile = await wrongOf(product, sources, from);
    for (const source of sources) await setFaulty(source, false);
    const repaired = await untilRepaired(product, sources, from);
    tell(sources, { reasons, wrongWhile, repaired }, report);
  } finally {
    for (const { server } of sources) {
      server.closeAllConnections();
      server.close();
    }
  }
};

const open = async (is: SourceCase, beginning: Source['beginning'], from: number): Promise<Source> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const asked = {
        query: form.get('query')!,
        start: Number(form.get('start')),
        end: Number(form.get('end')),
        step: Number(form.get('step')),
      };
      const answer = source.faulty ? is.answer(asked, from) : { status: 200, body: valuesOf(asked, from, is) };
      if (answer === 'silence') return;
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const name = `${is.name.replaceAll(' ', '-')}-${beginning === 'later' ? 'later' : 'first'}`;
  const source: Source = { name, is, beginning, faulty: false, server, port, number: 0 };
  return source;
};

const setFaulty = async (source: Source, faulty: boolean): Promise<void> => {
  source.faulty = faulty;
  if (source.is.name !== 'down') return;
  source.server.closeAllConnections();
  if (faulty) await new Promise((resolve) => source.server.close(resolve));
  else if (!source.server.listening)
    await new Promise<void>((resolve) => source.server.listen(source.port, '127.0.0.1', resolve));
};

const documentsOf = ({ name, port, is }: Source): unknown[] => {
  const query = (words: string) => ({
    metricSource: { metricSourceRef: name, type: 'Prometheus', spec: { query: words } },
  });
  return [
    {
      apiVersion: 'openslo/v1',
      kind: 'DataSource',
      metadata: { name },
      spec: { type: 'Prometheus', connectionDetails: { url: `http://127.0.0.1:${port}` } },
    },
    {
      apiVersion: 'openslo/v1',
      kind: 'SLO',
      metadata: { name, annotations: { 'leadline.dev/no-data-minutes': String(noDataMinutes) } },
      spec: {
        service: 'outside',
        indicator: {
          metadata: { name: `${name}-sli` },
          spec: { ratioMetric: { counter: is.counter, total: query('all'), bad: query('errors') } },
        },
        timeWindow: [{ duration: '1d', isRolling: true }],
        budgetingMethod: 'Occurrences',
        objectives: [{ displayName: 'all', target: 0.5 }],
      },
    },
  ];
};

const findNumbers = async (product: Product, sources: readonly Source[]): Promise<void> => {
  const state = await connectState(product);
  if (!state) throw new Error('PostgreSQL of the product does not answer');
  const { rows } = await state.query<{ name: string; number: number }>(
    `SELECT name, (definition #>> '{components,0,indicator,number}')::integer AS number FROM objectives.objective`,
  );
  await state.end();
  for (const source of sources) source.number = rows.find(({ name }) => name === source.name)!.number;
};

/** What is counted of a source, against what it holds: rows that are right, and rows that are not. */
const standing = async (product: Product, { number, is }: Source, from: number) => {
  const counts = connectCounts(product);
  const rows = await counts.query<{ at: number; good: string; bad: string }>(
    `-- Minutes of one indicator.
     SELECT toUnixTimestamp(bucket) AS at, good, bad FROM objectives_counts_minute FINAL WHERE indicator = {number:UInt32} ORDER BY bucket`,
    { params: { number } },
  );
  await counts.close();
  const right = new Set<number>();
  const wrong: string[] = [];
  for (const { at, good, bad } of rows) {
    const expected = is.minute(Number(at));
    if (Number(at) < from || Number(good) !== expected.good || Number(bad) !== expected.bad)
      wrong.push(`${new Date(Number(at) * 1_000).toISOString()} ${good}/${bad}`);
    else right.add(Number(at));
  }
  return { found: right.size, right, wrong };
};

const everyOne = async <Item>(items: readonly Item[], test: (item: Item) => Promise<boolean>): Promise<boolean> => {
  for (const item of items) if (!(await test(item))) return false;
  return true;
};

/** Until every faulty source's objective is `no-data`, with what its state says. */
const untilTold = async (product: Product, token: string, sources: readonly Source[]): Promise<Map<string, string>> => {
  const reasons = new Map<string, string>();
  for (const until = performance.now() + toldWithinMs; performance.now() < until; await pause(2_000)) {
    for (const { name, is } of sources) {
      if (!is.faulty || reasons.get(name)?.startsWith('no-data')) continue;
      const found = await askApi<{ state: string; stateReason: string }>(product, token, `objectives/${name}`);
      if (found.state === 'no-data' && is.reason!.test(found.stateReason))
        reasons.set(name, `no-data: ${found.stateReason}`);
      else reasons.set(name, `${found.state}: ${found.stateReason}`.replace(/^no-data/, 'without its reason'));
    }
    if (sources.every(({ name, is }) => !is.faulty || reasons.get(name)!.startsWith('no-data'))) break;
  }
  return reasons;
};

const wrongOf = async (product: Product, sources: readonly Source[], from: number): Promise<string[]> => {
  const found: string[] = [];
  for (const source of sources)
    for (const wrong of (await standing(product, source, from)).wrong) found.push(`${source.name}: ${wrong}`);
  return found;
};

/** Until every minute of every source is there, up to what had come in when they healed. */
const untilRepaired = async (
  product: Product,
  sources: readonly Source[],
  from: number,
): Promise<Map<string, number>> => {
  const [startedMs, last] = [performance.now(), Math.floor(Date.now() / 60_000) * 60 - 120];
  const repaired = new Map<string, number>();
  while (repaired.size < sources.length && performance.now() - startedMs < repairedWithinMs) {
    for (const source of sources) {
      if (repaired.has(source.name)) continue;
      const { right } = await standing(product, source, from);
      let whole = true;
      for (let at = from; at < last; at += 60) whole &&= right.has(at);
      if (whole) repaired.set(source.name, performance.now() - startedMs);
    }
    await pause(2_000);
  }
  return repaired;
};

const tell = (
  sources: readonly Source[],
  of: { reasons: Map<string, string>; wrongWhile: readonly string[]; repaired: Map<string, number> },
  report: Report,
): void => {
  for (const { name, is } of sources) {
    const reason = of.reasons.get(name) ?? 'counting';
    const seconds = of.repaired.get(name);
    const well = (!is.faulty || reason.startsWith('no-data')) && seconds !== undefined;
    report(
      well,
      `source ${name.padEnd(24)} ${reason.slice(0, 90).padEnd(90)} ${seconds === undefined ? 'not repaired' : `whole ${(seconds / 1_000).toFixed(0)} s after it healed`}`,
    );
  }
  report(
    of.wrongWhile.length === 0,
    `minutes counted wrongly while sources were at fault: ${of.wrongWhile.length} (target 0) ${of.wrongWhile.slice(0, 5).join(', ')}`,
  );
};
