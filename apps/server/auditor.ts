import { Registry } from 'prom-client';
import { systemClock } from '../../platform/clock/clock.ts';
import { loadConfiguration } from '../../platform/config/load.ts';
import type { Configuration } from '../../platform/config/settings.ts';
import { createHttp } from '../../platform/http/start.ts';
import { insertPending } from '../../platform/ledger/store.ts';
import { createLog, type Log } from '../../platform/log/log.ts';
import type { Ground } from '../../platform/module/ground.ts';
import type { Postgres } from '../../platform/postgres/postgres.ts';
import { connectRunning } from '../../platform/postgres/running.ts';
import { startAuditor } from '../../modules/oncall/server/module.ts';

const connectionsMax = 4;

/** The on-call auditor as a process of its own: it needs the database, not the server, and outlives it. */
const run = async (): Promise<void> => {
  const config = loadConfiguration({
    flags: JSON.parse(process.env['LEADLINE_FLAGS'] ?? '{}') as Record<string, unknown>,
    environment: process.env,
    folder: process.cwd(),
  });
  const log = createLog(config.values.logLevel).child({ part: 'auditor' });
  const stop = (): void => process.exit(0);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // The supervisor is gone: nobody would stop or restart this process any more.
  process.on('disconnect', stop);
  const postgres = await connectRunning(config, log, { connectionsMax, applicationName: 'leadline-auditor' });
  const ledger = { append: insertPending } as Ground['ledger'];
  let delivery: ReturnType<typeof openDelivery> | null = null;
  startAuditor({ config, log, postgres, ledger, delivery: () => (delivery ??= openDelivery(config, log, postgres)) });
  process.send?.({ ready: true });
};

/** Delivery with a sender in this process, for an alarm that the server perhaps cannot send; its code is read only then. */
const openDelivery = async ({ values, origins }: Configuration, log: Log, postgres: Postgres) => {
  const { identityModule } = await import('../../modules/identity/server/module.ts');
  const { deliveryModule } = await import('../../modules/delivery/server/module.ts');
  // A worker that listens nowhere: replies come to the server.
  const { mailReplyPort: _port, ...settings } = values;
  const config: Configuration = { values: { ...settings, run: ['worker'] }, origins };
  const metrics = new Registry();
  const http = createHttp({ config, log, postgres, metrics, version: '0' });
  const jobs = { every: () => undefined, handle: () => undefined } as unknown as Ground['jobs'];
  const ledger = { append: insertPending } as Ground['ledger'];
  const ground = { config, log, clock: systemClock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
  const identity = await identityModule.start(ground, {});
  return (await deliveryModule.start(ground, { identity: identity.door })).door;
};

await run();
