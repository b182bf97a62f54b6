import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { durations, failEach, N } from './oracle-durations.ts';
import { makeToken, startProduct, type Product } from './product.ts';

/**
 * `npm run oracle:counts`: N requests by raw OTLP JSON, N by a real SDK over HTTP, N by one over gRPC, on the product as a
 * person starts it. Requests and errors must be exactly N; each quantile must lie within the bound that the answer states of
 * the same durations' quantile as R or SciPy computes it (both where both are installed). Ends with 1 where one does not hold.
 */
const quantiles = [0.5, 0.9, 0.99, 0.999] as const;
const names = ['p50Ms', 'p90Ms', 'p99Ms', 'p999Ms'] as const;

interface Totals extends Record<(typeof names)[number], number> {
  readonly requests: number;
  readonly errors: number;
}

const sendJson = async (product: Product, ms: readonly number[], endMs: number): Promise<void> => {
  for (let at = 0; at < ms.length; at += 1_000) {
    const spans = ms.slice(at, at + 1_000).map((duration, index) => ({
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      name: 'GET /raw',
      kind: 2,
      startTimeUnixNano: String(BigInt(endMs) * 1_000_000n - BigInt(Math.round(duration * 1_000)) * 1_000n),
      endTimeUnixNano: String(BigInt(endMs) * 1_000_000n),
      status: { code: (at + index) % failEach === 0 ? 2 : 0 },
    }));
    const body = {
      resourceSpans: [
        { resource: { attributes: [{ key: 'service.name', value: { stringValue: 'raw' } }] }, scopeSpans: [{ spans }] },
      ],
    };
    const answer = await fetch(`${product.otlpHttpUrl}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`OTLP JSON was answered ${answer.status}: ${await answer.text()}`);
  }
};

const sendBySdk = (
  service: string,
  protocol: 'http/protobuf' | 'grpc',
  endpoint: string,
  seed: number,
  endMs: number,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const sender = spawn(process.execPath, [fileURLToPath(new URL('./oracle-sdk-sender.ts', import.meta.url))], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        OTEL_SERVICE_NAME: service,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        // The SDK itself drops what its queue cannot hold; the promise is about what was sent.
        OTEL_BSP_MAX_QUEUE_SIZE: String(N + 1),
        OTEL_BSP_SCHEDULE_DELAY: '20',
        ORACLE_SEED: String(seed),
        ORACLE_END_MS: String(endMs),
      },
    });
    sender.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the SDK's program ended with ${code}`))));
  });

/** The nearest-rank quantile (R's type 1, SciPy's `inverted_cdf`): the sketch's bound is for a value that occurred. */
const oracles: { name: string; run: (ms: readonly number[]) => number[] | null }[] = [
  {
    name: 'R',
    run: (ms) =>
      ask(
        'Rscript',
        ['-e', `x <- scan("stdin", quiet=TRUE); cat(quantile(x, c(${quantiles.join(',')}), type=1), sep="\\n")`],
        ms,
      ),
  },
  {
    name: 'SciPy/NumPy',
    run: (ms) =>
      ask(
        '/usr/bin/python3',
        [
          '-c',
          `import sys, scipy, numpy as n\nx=n.array(sys.stdin.read().split(),float)\nprint(*n.quantile(x,[${quantiles.join(',')}],method="inverted_cdf"),sep="\\n")`,
        ],
        ms,
      ),
  },
];

const ask = (program: string, words: readonly string[], ms: readonly number[]): number[] | null => {
  const result = spawnSync(program, words, { input: ms.join('\n'), encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim().split('\n').map(Number) : null;
};

const totalsOf = async (
  product: Product,
  token: string,
  service: string,
): Promise<{ totals: Totals; bound: number }> => {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${product.url}/api/v1/services/${service}/signals`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const body = answer.ok ? ((await answer.json()) as { totals: Totals; latencyErrorBound: number }) : null;
    if (body && (body.totals.requests >= N || Date.now() > until))
      return { totals: body.totals, bound: body.latencyErrorBound };
    if (Date.now() > until) throw new Error(`${service} did not appear: ${answer.status}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
};

const check = (service: string, ms: readonly number[], seen: { totals: Totals; bound: number }): boolean => {
  const errors = Math.ceil(N / failEach);
  let holds = seen.totals.requests === N && seen.totals.errors === errors;
  console.log(
    `${service}: ${seen.totals.requests} requests (sent ${N}), ${seen.totals.errors} errors (sent ${errors})`,
  );
  let asked = 0;
  for (const oracle of oracles) {
    const truth = oracle.run(ms);
    if (!truth) continue;
    asked += 1;
    truth.forEach((value, index) => {
      const off = Math.abs(seen.totals[names[index]!] - value) / value;
      const within = off <= seen.bound * 1.000_001;
      holds &&= within;
      console.log(
        `  ${names[index]} ${seen.totals[names[index]!].toFixed(3)}, ${oracle.name} says ${value.toFixed(3)}: off by ${(off * 100).toFixed(3)} % of at most ${seen.bound * 100} %${within ? '' : '  DOES NOT HOLD'}`,
      );
    });
  }
  if (asked === 0) throw new Error('Neither R nor SciPy is here: apt-get install r-base-core python3-scipy');
  return holds;
};

const product = await startProduct();
try {
  if (!(await product.ready(60_000))) throw new Error('The product did not become ready');
  const token = await makeToken(product, 'viewer');
  const endMs = Date.now() - 5_000;
  await sendJson(product, durations(1), endMs);
  await sendBySdk('http', 'http/protobuf', product.otlpHttpUrl, 2, endMs);
  await sendBySdk('grpc', 'grpc', product.otlpGrpcUrl, 3, endMs);
  const results: boolean[] = [];
  for (const [index, service] of ['raw', 'http', 'grpc'].entries()) {
    results.push(check(service, durations(index + 1), await totalsOf(product, token, service)));
  }
  console.log(results.every(Boolean) ? 'All hold.' : 'NOT all hold.');
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  await product.stop();
}
