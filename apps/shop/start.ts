import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serveControl } from './control.ts';
import { noFault, type Fault } from './fault.ts';

export interface ShopOptions {
  /** Base address of OTLP over HTTP: `http://127.0.0.1:4318`. */
  readonly otlpHttpUrl: string;
  /** Visits a second; each pays once. */
  readonly rate?: number;
  /** OTLP's encoding; tests read JSON. */
  readonly protocol?: 'http/protobuf' | 'http/json';
  /** `Authorization=Bearer …`, where the receiver wants a token. */
  readonly headers?: string;
  /** Whether `npm run shop -- fault …` reaches this shop; by default it does. */
  readonly controlled?: boolean;
}

export interface Shop {
  readonly gatewayUrl: string;
  /** Sets what goes wrong in a service from now on. Throws an Error for a service that there is not. */
  setFault(service: string, fault: Fault): void;
  stop(): Promise<void>;
}

/** The services in the order in which they are started (who is called stands before who calls), with their releases. */
export const shopServices = [
  { name: 'payment', version: '2.4.1' },
  { name: 'catalog', version: '1.9.0' },
  { name: 'cart', version: '1.3.2' },
  { name: 'checkout', version: '3.0.4' },
  { name: 'gateway', version: '5.1.0' },
] as const;

/** Payments a second are visits a second: 30 seconds hold 900 of them. */
const rateDefault = 30;
const startMsMax = 60_000;
const stopMsMax = 4_000;

/** Starts the five services and the load generator, each a process of its own. Resolves when all are serving. */
export const startShop = async (options: ShopOptions): Promise<Shop> => {
  const children = new Map<string, ChildProcess>();
  const faults = new Map<string, Fault>(shopServices.map(({ name }) => [name, noFault]));
  const addresses: Record<string, string> = {};
  const stopAll = async (): Promise<void> => {
    await Promise.all([...children.values()].toReversed().map(end));
  };
  try {
    for (const { name, version } of shopServices) {
      const child = startProcess(name, { ...telemetryEnvironment(name, version, options), ...addresses }, instrumented);
      children.set(name, child);
      addresses[`SHOP_${name.toUpperCase()}_URL`] = `http://127.0.0.1:${await portOf(name, child)}`;
    }
    children.set('load', startProcess('load', { ...addresses, SHOP_RATE: String(options.rate ?? rateDefault) }, []));
  } catch (error) {
    await stopAll();
    throw error;
  }
  const setFault = (service: string, fault: Fault): void => {
    const child = faults.has(service) ? children.get(service) : undefined;
    if (!child) throw new Error(`The shop has no service ${service}. It has ${[...faults.keys()].join(', ')}.`);
    faults.set(service, fault);
    child.send({ fault });
  };
  const control = options.controlled === false ? null : await serveControl({ faults, setFault });
  return {
    gatewayUrl: addresses['SHOP_GATEWAY_URL']!,
    setFault,
    stop: async () => {
      await control?.stop();
      await stopAll();
    },
  };
};

/** The SDK as its documentation says: no line of ours sets it up. */
const instrumented = ['--import', '@opentelemetry/auto-instrumentations-node/register'];

const telemetryEnvironment = (name: string, version: string, options: ShopOptions): Record<string, string> => ({
  OTEL_SERVICE_NAME: name,
  OTEL_RESOURCE_ATTRIBUTES: `service.namespace=shop,service.version=${version},deployment.environment.name=demo`,
  OTEL_EXPORTER_OTLP_ENDPOINT: options.otlpHttpUrl,
  OTEL_EXPORTER_OTLP_PROTOCOL: options.protocol ?? 'http/protobuf',
  OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  ...(options.headers ? { OTEL_EXPORTER_OTLP_HEADERS: options.headers } : {}),
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'otlp',
  OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,pino,runtime-node,host-metrics',
  OTEL_NODE_RESOURCE_DETECTORS: 'env,host,serviceinstance',
  OTEL_SEMCONV_STABILITY_OPT_IN: 'http',
  // A demo is looked at while it runs: a second, not the five and sixty of the defaults.
  OTEL_BSP_SCHEDULE_DELAY: '1000',
  OTEL_BLRP_SCHEDULE_DELAY: '1000',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  OTEL_METRIC_EXPORT_TIMEOUT: '4000',
  OTEL_LOG_LEVEL: 'none',
});

const startProcess = (name: string, environment: Record<string, string>, flags: readonly string[]): ChildProcess => {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(OTEL_|LEADLINE_|NODE_OPTIONS$)/.test(key)),
  );
  return fork(fileURLToPath(new URL(`${name}.ts`, import.meta.url)), {
    env: { ...inherited, ...environment },
    execArgv: ['--max-old-space-size=64', '--max-semi-space-size=2', ...flags],
    // Logs go to the receiver by the SDK; only what ends a process is shown.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
};

const portOf = (name: string, child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} did not serve within ${startMsMax} ms`)), startMsMax);
    child.once('message', (message: { port: number }) => {
      clearTimeout(timer);
      resolve(message.port);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended with ${code} before it served`));
    });
  });

/** Asks the process to end and gives it time to send what it holds; then it is killed. */
const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
