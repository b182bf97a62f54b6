import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { testReceivers } from './testing/receivers.ts';

const count = 300;
const sender = fileURLToPath(new URL('./testing/sdk-sender.ts', import.meta.url));
const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));

const runSender = (environment: Record<string, string>): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [sender], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`the sender ended with ${code}: ${output}`)),
    );
  });

test.each([
  ['http/protobuf', 'gzip'],
  ['http/json', 'none'],
  ['grpc', 'gzip'],
])(
  'whatever the real SDK sends by %s is kept, not one more and not one less',
  { timeout: 60_000 },
  async (protocol, compression) => {
    const receivers = await testReceivers();
    stops.push(receivers.stop);
    const output = await runSender({
      SENDER_COUNT: String(count),
      OTEL_SERVICE_NAME: 'sender',
      OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=tests,deployment.environment.name=ci',
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: compression,
      OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? `http://${receivers.grpc}` : receivers.http,
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '64',
    });
    expect(output).toBe('');
    expect(receivers.keep.count('telemetry_spans')).toBe(count);
    expect(receivers.keep.count('telemetry_logs')).toBe(count);
    // Two colours of the counter and the gauge; one histogram. The sender lives too short for a second export.
    expect(receivers.keep.count('telemetry_samples')).toBeGreaterThanOrEqual(3);
    expect(receivers.keep.count('telemetry_distributions')).toBeGreaterThanOrEqual(1);
    expect(receivers.notices()).toEqual([]);
  },
);
