import { Registry } from 'prom-client';
import { systemClock } from '../../../../../platform/clock/clock.ts';
import { settingsSchema, type Configuration } from '../../../../../platform/config/settings.ts';
import { createHttp } from '../../../../../platform/http/start.ts';
import { insertPending } from '../../../../../platform/ledger/store.ts';
import { createLog } from '../../../../../platform/log/log.ts';
import type { Ground } from '../../../../../platform/module/ground.ts';
import { connectPostgres } from '../../../../../platform/postgres/connect.ts';
import { deliveryModule } from '../../../../delivery/server/module.ts';
import { identityModule } from '../../../../identity/server/module.ts';
import { oncallModule } from '../../module.ts';

/**
 * An engine of pages in a process of its own, so that a test can kill or freeze it: `node engine-process.ts <database url> <data>`.
 * It says `ready` on standard output when it works.
 */
const [url, data] = process.argv.slice(2);
const log = createLog('silent');
const postgres = await connectPostgres({ target: { connectionString: url! }, log, connectionsMax: 4 });
const configFor = (run: string[]) =>
  ({ values: settingsSchema.parse({ data, run }), origins: {} }) as unknown as Configuration;
const jobs = { every: () => undefined, handle: () => undefined };
const ledger = { append: insertPending, react: () => undefined };
const groundFor = (run: string[]): Ground => {
  const metrics = new Registry();
  const config = configFor(run);
  const http = createHttp({ config, log, postgres, metrics, version: '0' });
  return { config, log, clock: systemClock, postgres, ledger, jobs, http, metrics } as unknown as Ground;
};
const outside = groundFor(['web']);
const { door: identity } = await identityModule.start(outside, {});
// Messages are handed over here and sent by another process.
const { door: delivery } = await deliveryModule.start(outside, { identity } as never);
await oncallModule.start(groundFor(['worker']), { identity, delivery });
process.stdout.write('ready\n');
