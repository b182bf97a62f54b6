import type { Ground, Started } from '../../platform/module/ground.ts';
import { alertingModule } from '../../modules/alerting/server/module.ts';
import { catalogModule } from '../../modules/catalog/server/module.ts';
import { changesModule } from '../../modules/changes/server/module.ts';
import { deliveryModule } from '../../modules/delivery/server/module.ts';
import { identityModule } from '../../modules/identity/server/module.ts';
import { oncallModule } from '../../modules/oncall/server/module.ts';
import { objectivesModule } from '../../modules/objectives/server/module.ts';
import { probesModule } from '../../modules/probes/server/module.ts';
import { telemetryModule } from '../../modules/telemetry/server/module.ts';

/** Every module in floor order; `tools/floors.ts` holds the same order and a guard compares the two. */
export const modules = [
  identityModule,
  catalogModule,
  deliveryModule,
  telemetryModule,
  probesModule,
  oncallModule,
  objectivesModule,
  changesModule,
  alertingModule,
] as const;

/** Starts each module with the doors of the ones below it. Gives back what must be stopped, in starting order. */
export const startModules = async (ground: Ground) => {
  const stops: { name: string; stop: () => Promise<void> }[] = [];
  const keep = <Door>(name: string, started: Started<Door>): Door => {
    if (started.stop) stops.push({ name, stop: () => started.stop!() });
    return started.door;
  };
  const identity = keep('identity', await identityModule.start(ground, {}));
  const catalog = keep('catalog', await catalogModule.start(ground, { identity }));
  const delivery = keep('delivery', await deliveryModule.start(ground, { identity }));
  const telemetry = keep('telemetry', await telemetryModule.start(ground, { identity, catalog }));
  const probes = keep('probes', await probesModule.start(ground, { identity, catalog }));
  const oncall = keep('oncall', await oncallModule.start(ground, { identity, delivery }));
  const objectives = keep('objectives', await objectivesModule.start(ground, { identity, catalog, telemetry }));
  const changes = keep('changes', await changesModule.start(ground, { catalog, objectives }));
  keep(
    'alerting',
    await alertingModule.start(ground, { identity, catalog, delivery, telemetry, probes, oncall, objectives, changes }),
  );
  return { doors: { identity, catalog, delivery, telemetry, probes, oncall, objectives, changes }, stops };
};
