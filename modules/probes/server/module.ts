import { Gauge } from 'prom-client';
import type { Ground, ServerModule } from '../../../platform/module/ground.ts';
import type { CatalogDoor } from '../../catalog/server/public.ts';
import type { IdentityDoor } from '../../identity/server/public.ts';
import { heartbeatLimits } from '../domain/limits.ts';
import { Refusal } from '../../../kernel/problem.ts';
import { deleteHeartbeat, describeHeartbeat, keepPing, lookForSilence, type ProbesGround } from './commands.ts';
import type { ProbesDoor } from './public.ts';
import { addRoutes, heartbeatShape } from './routes.ts';
import { heartbeats, heartbeatsNamed } from './store.ts';
import type { ProbesTables } from './tables.ts';

/** Doors of the floors below that probes stand on. */
interface ProbesDoors {
  readonly identity: Pick<IdentityDoor, 'teamExists' | 'linkSecrets'>;
  readonly catalog: Pick<CatalogDoor, 'ownerOf'>;
}

/** Who should ping and falls silent. Synthetic checks come to live here too. */
export const probesModule: ServerModule<ProbesDoors, ProbesDoor> = {
  name: 'probes',
  migrations: new URL('./migrations/', import.meta.url),
  start: async (ground, { identity, catalog }) => {
    const { postgres, ledger } = ground;
    const probes: ProbesGround = { postgres, ledger, identity, catalog };
    addRoutes(ground, probes);
    ground.jobs.every('probes.silence', heartbeatLimits.lookSeconds, async () => {
      while ((await lookForSilence(probes)) === heartbeatLimits.turnedAtOnce);
    });
    const db = postgres.tables<ProbesTables>();
    ground.metrics.registerMetric(
      new Gauge({
        name: 'leadline_heartbeats_missed',
        help: 'Heartbeats that are silent beyond their grace',
        registers: [],
        async collect() {
          this.set((await heartbeats(db)).filter((row) => row.missed_since !== null).length);
        },
      }),
    );
    return { door: doorOf(ground, probes) };
  },
};

const doorOf = ({ postgres, clock }: Ground, probes: ProbesGround): ProbesDoor => ({
  describeHeartbeat: (actor, name, spec) => describeHeartbeat(probes, actor, name, spec),
  deleteHeartbeat: (actor, name) => deleteHeartbeat(probes, actor, name).catch(onlyUnknown),
  pingHeartbeat: async (name) =>
    keepPing(probes, name).then(
      () => true,
      (error: unknown) => {
        onlyUnknown(error);
        return false;
      },
    ),
  heartbeatsNamed: async (names) => {
    const rows = await heartbeatsNamed(postgres.tables<ProbesTables>(), names);
    return Promise.all(rows.map((row) => heartbeatShape(probes, row, clock.now())));
  },
});

const onlyUnknown = (error: unknown): void => {
  if (error instanceof Refusal && error.problem.code === 'probes.heartbeat-unknown') return;
  throw error;
};
