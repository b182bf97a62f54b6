import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Product } from './product.ts';

/** Runs the hello service as `harbour/hello` against the product until it ended and sent everything. */
export const runHello = (product: Product, times: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const inherited = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_OPTIONS$|VITEST)/.test(name)),
    );
    const child = spawn(
      process.execPath,
      [
        '--import',
        '@opentelemetry/auto-instrumentations-node/register',
        join(import.meta.dirname, 'hello-service.ts'),
        `${times}`,
      ],
      {
        env: {
          ...inherited,
          OTEL_SERVICE_NAME: 'hello',
          OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=harbour,service.version=1.0.0,deployment.environment.name=test',
          OTEL_EXPORTER_OTLP_ENDPOINT: product.otlpHttpUrl,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
          OTEL_LOGS_EXPORTER: 'otlp',
          OTEL_METRICS_EXPORTER: 'otlp',
          OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,pino,runtime-node',
          OTEL_NODE_RESOURCE_DETECTORS: 'env',
          OTEL_LOG_LEVEL: 'error',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let err = '';
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The hello service ended with ${code}: ${err}`)),
    );
  });
