import { Registry } from 'prom-client';
import { systemClock } from '../../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration } from '../../../../platform/config/settings.ts';
import { startLedger } from '../../../../platform/ledger/start.ts';
import { createLog } from '../../../../platform/log/log.ts';
import { connectPostgres } from '../../../../platform/postgres/connect.ts';
import { createGuardedFetch } from '../channels/guarded-fetch.ts';
import { createWebhook } from '../channels/webhook/channel.ts';
import { activeProviders } from '../providers/active.ts';
import { createMeasures } from '../sender/measures.ts';
import { startSender } from '../sender/sender.ts';
import type { DeliveryTables } from '../store/tables.ts';

/**
 * A sender of webhooks in a process of its own, so that a test can kill or freeze it:
 * `node sender-process.ts <database url> <lease seconds>`. It says `ready` on standard output when it sends.
 */
const [url, leaseSeconds] = process.argv.slice(2);
const log = createLog('silent');
const postgres = await connectPostgres({ target: { connectionString: url! }, log, connectionsMax: 4 });
const metrics = new Registry();
const config = { values: settingsSchema.parse({ data: '/nowhere' }), origins: {} } as unknown as Configuration;
const ledger = await startLedger(postgres, systemClock, log, metrics);
const fetch = createGuardedFetch({ allowInternal: true });
const channels = [
  createWebhook({ clock: systemClock, config, fetch }, async () => 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
];
const providers = activeProviders([], channels, undefined as never, log);
const sender = await startSender(
  {
    postgres,
    log,
    clock: systemClock,
    ledger,
    config,
    providers: () => providers,
    measures: createMeasures(metrics, postgres.tables<DeliveryTables>()),
  },
  { leaseSeconds: Number(leaseSeconds) },
);
process.stdout.write('ready\n');
process.on('SIGTERM', () => {
  void sender.stop().then(async () => {
    await ledger.stop();
    await postgres.stop();
    process.exit(0);
  });
});
