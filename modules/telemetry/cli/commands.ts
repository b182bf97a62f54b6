import type { Command } from 'commander';
import type { z } from 'zod';
import type { CliContext } from '../../../platform/cli/context.ts';
import * as contract from '../contract.ts';

/** `leadline get traces|trace|logs|signals|operations|map|metrics|points` and `leadline get telemetry`. */
export const register = (program: Command, context: CliContext): void => {
  const get =
    program.commands.find((command) => command.name() === 'get') ??
    program.command('get').description('List things, or show one');
  registerTraces(get, context);
  registerLogs(get, context);
  registerSignals(get, context);
  registerMetrics(get, context);
};

const ranged = (command: Command): Command =>
  command
    .option('--from <instant>', 'RFC 3339, for example 2026-11-22T10:00:00Z; default an hour before --to')
    .option('--to <instant>', 'RFC 3339; default now')
    .option('--environment <environment>', 'only this environment');

const registerTraces = (get: Command, context: CliContext): void => {
  ranged(get.command('traces'))
    .description('Traces with a span that meets the filter, newest first')
    .option('--service <service>')
    .option('--operation <operation>')
    .option('--min-duration <ms>', 'only spans that took at least so many milliseconds')
    .option('--max-duration <ms>', 'only spans that took at most so many milliseconds')
    .option('--status <status>', 'ok or error')
    .option('--query <words>', 'words in the name, the status message or an attribute value')
    .option('--sort <order>', 'newest or slowest', 'newest')
    .option('--limit <count>', 'at most so many', '50')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline get traces --service payment --status error\n  $ leadline get traces --service payment --sort slowest --limit 10',
    )
    .action(
      async ({ minDuration: minDurationMs, maxDuration: maxDurationMs, query: q, ...rest }: Record<string, string>) => {
        const { items } = await context.call(contract.listTraces, {
          query: { ...rest, q, minDurationMs, maxDurationMs },
        });
        context.print(items, [
          'traceId',
          'startedAt',
          'service',
          'operation',
          'durationMs',
          'status',
          'spans',
          'errors',
        ]);
      },
    );
  get
    .command('trace')
    .argument('<traceId>')
    .description('All spans of a trace')
    .action(async (traceId: string) => {
      const trace: contract.Trace = await context.call(contract.getTrace, { params: { traceId } });
      context.print(trace.spans, [
        'startedAt',
        'service',
        'kind',
        'name',
        'durationMs',
        'status',
        'spanId',
        'parentSpanId',
      ]);
    });
};

const registerLogs = (get: Command, context: CliContext): void => {
  ranged(get.command('logs'))
    .description('Log records, newest first')
    .option('--service <service>')
    .option('--severity <severity>', 'at least this severe: trace, debug, info, warn, error, fatal')
    .option('--query <words>', 'words in the body or an attribute value')
    .option('--trace-id <id>', 'only those of this trace')
    .option('--limit <count>', 'at most so many', '100')
    .option('--follow', 'show new ones as they arrive, until interrupted')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline get logs --service payment --severity error\n  $ leadline get logs --service payment --follow',
    )
    .action(async ({ query: q, follow, limit, from, to, ...filter }: Record<string, string>) => {
      if (follow) return followLogs(context, { ...filter, q });
      const { items } = await context.call(contract.listLogs, {
        query: { ...filter, q, limit, from, to, facets: 'false' },
      });
      context.print(items, ['at', 'severity', 'service', 'body', 'traceId']);
    });
};

/** One line a record; ends when the server ends the stream or the reader interrupts. */
const followLogs = async (context: CliContext, filter: Record<string, string | undefined>): Promise<void> => {
  const query = new URLSearchParams(
    Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const response = await context.fetch(`${contract.liveLogs.path}?${query.toString()}`, {
    headers: { accept: 'text/event-stream' },
  });
  if (!response.ok || response.body === null)
    throw new Error(`The server answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  let rest = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + part).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (!frame.startsWith('event: log\n')) continue;
      const record = JSON.parse(frame.slice(frame.indexOf('data: ') + 'data: '.length)) as contract.LogRecord;
      context.text(
        `${record.at} ${record.severity.toUpperCase().padEnd(5)} ${record.service} ${typeof record.body === 'string' ? record.body : JSON.stringify(record.body)}`,
      );
    }
  }
};

const registerSignals = (get: Command, context: CliContext): void => {
  ranged(get.command('signals'))
    .argument('<service>')
    .description('The four golden signals of a service; the table shows the totals, -o json everything')
    .option('--operation <operation>')
    .option('--version-name <version>', 'only this version of the service')
    .option('--step <seconds>', 'a multiple of 10')
    .action(async (name: string, { versionName: version, ...query }: Record<string, string>) => {
      const found: contract.Signals = await context.call(contract.getSignals, {
        params: { name },
        query: { ...query, version },
      });
      // `errors` of the answer are the points of a chart; the table has room for their count.
      context.print({ ...found.totals, ...found, failed: found.totals.errors }, [
        'service',
        'from',
        'to',
        'requests',
        'failed',
        'errorRatio',
        'p50Ms',
        'p90Ms',
        'p99Ms',
      ]);
    });
  ranged(get.command('operations'))
    .argument('<service>')
    .description('Operations of a service, the most time-consuming first')
    .action(async (name: string, query: Record<string, string>) => {
      const { items } = await context.call(contract.listOperations, { params: { name }, query });
      context.print(items, [
        'operation',
        'kind',
        'requests',
        'errors',
        'requestsPerSecond',
        'errorRatio',
        'p50Ms',
        'p99Ms',
        'timeShare',
      ]);
    });
  ranged(get.command('service-map'))
    .description('Who calls whom, with rates, errors and latency')
    .action(async (query: Record<string, string>) => {
      const { edges } = await context.call(contract.getServiceMap, { query });
      context.print(edges, [
        'source',
        'target',
        'kind',
        'calls',
        'callsByAddress',
        'callsPerSecond',
        'errorRatio',
        'p99Ms',
      ]);
    });
};

const registerMetrics = (get: Command, context: CliContext): void => {
  get
    .command('metrics')
    .description('Metric names with kind, unit and the attributes seen')
    .option('--service <service>')
    .option('--query <text>', 'text in the name or the description')
    .action(async ({ query: q, ...rest }: Record<string, string>) => {
      const { items } = await context.call(contract.listMetrics, { query: { ...rest, q, limit: 200 } });
      context.print(items, ['name', 'kind', 'unit', 'series', 'services', 'lastDay']);
    });
  ranged(get.command('points'))
    .argument('<metric>')
    .description(
      'Data points of a metric, oldest first; the table shows the figures, -o json every field that was received',
    )
    .option('--service <service>')
    .option('--kind <kind>', 'gauge, sum, histogram, exponential_histogram or summary')
    .option('--attribute <name=value>', 'only series with this attribute')
    .option('--limit <count>', 'at most so many', '100')
    .addHelpText(
      'after',
      '\nExamples:\n  $ leadline get points process.cpu.utilization --service payment\n  $ leadline get points http.server.request.duration --from 2026-11-22T10:00:00Z --to 2026-11-22T10:05:00Z -o json',
    )
    .action(async (name: string, query: Record<string, string>) => {
      const page: z.output<typeof contract.listMetricPoints.answer> = await context.call(contract.listMetricPoints, {
        params: { name },
        query,
      });
      const rows = page.items.map((point) => {
        const series = page.series[point.series]!;
        const { service, attributes } = series;
        return { service, attributes, ...figuresOf(point), ...point, series };
      });
      context.print(rows, ['at', 'service', 'attributes', 'value', 'count', 'sum', 'min', 'max']);
    });
  get
    .command('telemetry')
    .description('How the receiving of telemetry goes: engine, waiting data, notices, quarantine')
    .action(async () => context.print(await context.call(contract.getTelemetryStatus)));
};

/** The figures of a point of any kind under the same names, for the columns of a table. */
const figuresOf = ({ measured, histogram, exponentialHistogram, summary }: contract.MetricPoint) => ({
  value: measured?.value ?? null,
  count: null,
  sum: null,
  min: null,
  max: null,
  ...(histogram ?? exponentialHistogram ?? summary),
});
